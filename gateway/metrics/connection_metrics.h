// What a worker counts of its connections, in plain integers on its own thread: nothing is shared, and
// nothing is done for a byte. Whoever reads takes a copy on each worker, adds to it what is true of the
// connections that live just then, and sums the copies up.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/connection/connection_registry.h"
#include "gateway/metrics/attempts.h"

namespace otoroshi::gateway {

// Connections of one service, or tunnels of one access type.
struct Traffic {
  std::uint64_t active = 0;                                 // 0 until add_live()
  std::array<std::uint64_t, number_of_endings> ended = {};  // by Ending
  std::uint64_t bytes_from_client = 0;
  std::uint64_t bytes_from_target = 0;

  void add(const Traffic& other);
};

struct ServiceTraffic : Traffic {
  std::string name;  // as it was last
  Clock::time_point last_seen{};
  std::weak_ptr<const TcpService> service;  // expired: changed or deleted since
};

class ConnectionMetrics {
 public:
  // Services that are gone keep their numbers; of more than so many (on each worker), those that were seen
  // least recently have theirs in one row together.
  static constexpr std::size_t gone_services_at_most = 1'000;
  static constexpr std::string_view gone_service = "(gone)";
  static constexpr std::string_view no_service = "(none)";  // the connection ended before one was chosen

  // Counted where they happen: one connection may try several targets.
  FailureCounts peek_failures;
  Attempts client_handshakes;
  Attempts dials;
  Attempts target_handshakes;

  // Once for each connection, when it is over and just before it leaves the registry.
  void connection_ended(const ConnectionRecord& record, const std::optional<Error>& error);
  void tunnel_refused(std::string_view cause) { ++refused_tunnels_[std::string(cause)]; }

  // For a copy: with the connections that are alive, and the bytes that they have moved so far.
  void add_live(ConnectionRegistry& registry);
  void add(const ConnectionMetrics& other);

  const std::map<std::string, ServiceTraffic, std::less<>>& services() const { return services_; }  // by id
  const std::array<Traffic, number_of_access_types>& tunnels() const { return tunnels_; }  // by AccessType
  const std::map<std::string, std::uint64_t>& refused_tunnels() const {
    return refused_tunnels_;
  }                                                        // by cause
  const FailureCounts& errors() const { return errors_; }  // of connections, whatever phase they were in

 private:
  ServiceTraffic& traffic_of(const TcpServicePtr& service);
  void fold_gone_services();

  std::map<std::string, ServiceTraffic, std::less<>> services_;
  std::size_t fold_at_ = gone_services_at_most;
  std::array<Traffic, number_of_access_types> tunnels_;
  std::map<std::string, std::uint64_t> refused_tunnels_;
  FailureCounts errors_;
};

}  // namespace otoroshi::gateway
