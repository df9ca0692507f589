// The live connections of all workers, as the admin API lists and ends them. Control thread only; every call
// waits for all workers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/events/tcp_event.h"
#include "gateway/listeners/accepting_worker.h"

namespace otoroshi::gateway {

struct ConnectionFilter {
  std::string service;  // its id; "": any
  std::string route;    // of tunnels: the route's id; "": any

  bool admits(const ConnectionRecord& record) const;
};

struct LiveConnection {
  TcpEvent so_far;  // what its event would say if it ended in order now
  std::string_view phase;
};

// One page of the connections that pass the filter, the oldest first.
struct ConnectionPage {
  std::size_t count = 0;  // of all pages
  std::vector<LiveConnection> connections;
};
ConnectionPage list_connections(AcceptingWorkers& workers, const ConnectionFilter& filter, std::size_t offset,
                                std::size_t at_most);

// Aborts them and returns how many they were.
std::size_t close_connections(AcceptingWorkers& workers, const ConnectionFilter& filter, const Error& why);
// False: there is none with this id (any more).
bool close_connection(AcceptingWorkers& workers, std::uint64_t id, const Error& why);

}  // namespace otoroshi::gateway
