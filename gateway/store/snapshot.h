// A Snapshot is everything that connections are served by, built from the entities of one moment and never
// changed again. A worker holds one; a connection keeps the ServedPort that it began with, however long it
// lives.
#pragma once

#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/model/tcp_service.h"
#include "common/routing/service_table.h"
#include "gateway/tls_material.h"

namespace otoroshi::gateway {

// Where a listener stands: an IP literal without brackets and a port.
struct ListenAddress {
  std::string interface;
  std::uint16_t port = 0;

  friend auto operator<=>(const ListenAddress&, const ListenAddress&) = default;
};
std::string to_text(const ListenAddress& address);  // "0.0.0.0:443", "[::]:443"
asio::ip::tcp::endpoint to_endpoint(const ListenAddress& address);

// What one listener serves.
struct ServedPort {
  ListenAddress address;
  asio::ip::tcp::endpoint endpoint;  // the same
  std::shared_ptr<const ServiceTable> table;
  std::shared_ptr<const TlsServerContext> tls;  // null unless the table's tls is Enabled
};
using ServedPortPtr = std::shared_ptr<const ServedPort>;

struct Snapshot {
  std::vector<TcpServicePtr> services;  // all, the disabled ones too, in order of creation
  std::map<ListenAddress, ServedPortPtr> ports;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

// Builds the snapshot of these services, which have been checked alone and together. Ports whose services are
// the same objects as in `previous` are taken over as they are. Off the workers: thousands of regular
// expressions take their time. Fails with the port, the service and what is wrong.
Result<SnapshotPtr> build_snapshot(std::vector<TcpServicePtr> services, const Snapshot* previous,
                                   const TlsMaterial& tls);

}  // namespace otoroshi::gateway
