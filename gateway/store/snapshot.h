// A Snapshot is everything that connections are served by, built from the entities of one moment and never
// changed again. A worker holds one; a connection keeps the ServedPort that it began with, however long it
// lives.
#pragma once

#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <string>

#include "common/base/result.h"
#include "common/routing/service_table.h"
#include "gateway/config/gateway_config.h"
#include "gateway/store/entities.h"
#include "gateway/store/entities_check.h"
#include "gateway/tls_material.h"
#include "gateway/tunnel/tunnel_table.h"

namespace otoroshi::gateway {

// Where a listener stands: an IP literal without brackets and a port.
struct ListenAddress {
  std::string interface;
  std::uint16_t port = 0;

  friend auto operator<=>(const ListenAddress&, const ListenAddress&) = default;
};
std::string to_text(const ListenAddress& address);  // "0.0.0.0:443", "[::]:443"
asio::ip::tcp::endpoint to_endpoint(const ListenAddress& address);

// What one listener serves: TCP services, or the tunnel.
struct ServedPort {
  ListenAddress address;
  asio::ip::tcp::endpoint endpoint;             // the same
  std::shared_ptr<const ServiceTable> table;    // null on the tunnel's listeners
  bool is_tunnel = false;                       // its requests are judged by the worker's tunnel table of now
  std::shared_ptr<const TlsServerContext> tls;  // null: TLS does not end here

  friend bool operator==(const ServedPort&, const ServedPort&) = default;  // the same objects
};
using ServedPortPtr = std::shared_ptr<const ServedPort>;

struct Snapshot {
  Entities entities;      // all, the disabled ones too
  TunnelTablePtr tunnel;  // null: the tunnel has no port
  ServedTlsPtr tls;       // never null in what build_snapshot() has built
  std::map<ListenAddress, ServedPortPtr> ports;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

struct TunnelSettings {
  GatewayConfig::Tunnel listeners;
  std::string session_secret;  // signs session tokens

  static TunnelSettings off() {
    TunnelSettings settings;
    settings.listeners.port = 0;
    return settings;
  }
  bool is_on() const { return listeners.port != 0 || listeners.tls_port != 0; }
};

// Every enabled service that wants a port of the tunnel's, or that of the admin API, on the same or an
// overlapping interface. The path begins with the service's index in the list: "/3/port".
Problems port_conflicts(const EntityList<TcpService>& services, const GatewayConfig::Tunnel& tunnel);
Problems port_conflicts(const EntityList<TcpService>& services, const GatewayConfig::Admin& admin);

// As an Error it speaks of the first of its problems.
struct SnapshotRefused : Error {
  EntityProblems problems;  // of all ports; empty: no entity is at fault
};

// Builds the snapshot of these entities, which have been checked alone and together. Ports whose
// services are the same objects as in `previous` are taken over as they are, and so is the tunnel's table.
// Off the workers: thousands of regular expressions take their time. Fails with the port, the service and
// what is wrong.
std::expected<SnapshotPtr, SnapshotRefused> build_snapshot(Entities entities, const Snapshot* previous,
                                                           const TlsMaterial& tls,
                                                           const TunnelSettings& tunnel);

}  // namespace otoroshi::gateway
