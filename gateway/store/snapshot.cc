#include "gateway/store/snapshot.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "common/model/tcp_service_check.h"
#include "common/text/host_port.h"
#include "gateway/store/entity_kinds.h"
#include "gateway/tunnel/ip_network.h"

namespace otoroshi::gateway {

std::string to_text(const ListenAddress& address) {
  return otoroshi::to_text(HostPort{address.interface, address.port});
}

asio::ip::tcp::endpoint to_endpoint(const ListenAddress& address) {
  // The kernel does not bind an IPv4 address that is written as IPv6 ("::ffff:127.0.0.1") to an IPv6 socket.
  return {without_mapping(asio::ip::make_address(address.interface)), address.port};
}

namespace {

struct TunnelListener {
  ListenAddress address;
  bool tls;
  std::string_view setting;
};

std::vector<TunnelListener> listeners_of(const GatewayConfig::Tunnel& tunnel) {
  std::vector<TunnelListener> listeners;
  if (tunnel.port != 0) listeners.push_back({{tunnel.address, tunnel.port}, false, "tunnel.port"});
  if (tunnel.tls_port != 0) listeners.push_back({{tunnel.address, tunnel.tls_port}, true, "tunnel.tlsPort"});
  return listeners;
}

ServedPort make_port(const ListenAddress& address) {
  return {.address = address, .endpoint = to_endpoint(address), .table = {}, .tls = {}};
}

// null: it has none there.
ServedPortPtr port_in(const Snapshot* snapshot, const ListenAddress& address) {
  if (!snapshot) return nullptr;
  const auto found = snapshot->ports.find(address);
  return found == snapshot->ports.end() ? nullptr : found->second;
}

ServedPortPtr same_or_new(ServedPort port, ServedPortPtr previous) {
  if (previous && *previous == port) return previous;
  return std::make_shared<const ServedPort>(std::move(port));
}

using PortRefused = ServiceTable::Refused;

std::expected<std::shared_ptr<const ServiceTable>, PortRefused> build_table(EntityList<TcpService> services,
                                                                            const ServedPortPtr& previous) {
  const auto* known = previous ? previous->table.get() : nullptr;
  if (known && known->services() == services) return previous->table;
  return ServiceTable::build(std::move(services), known);
}

// What the services of a port have in common, and cannot have.
PortRefused refused_alike(const EntityList<TcpService>& services, const std::string& path, const Error& why) {
  PortRefused refused{why, {}};
  for (const auto& service : services) refused.problems.push_back({service, {path, why.sentence}});
  return refused;
}

std::expected<ServedPortPtr, PortRefused> serve_services(const ListenAddress& address,
                                                         EntityList<TcpService> services,
                                                         ServedPortPtr previous,
                                                         const ServedTls& served_tls) {
  auto table = build_table(std::move(services), previous);
  if (!table) return std::unexpected(table.error());
  auto served = make_port(address);
  served.table = std::move(*table);
  if (served.table->tls() == TlsMode::enabled) {
    auto tls = served_tls.server_context(served.table->client_auth());
    if (!tls) return std::unexpected(refused_alike(served.table->services(), "/clientAuth", tls.error()));
    served.tls = std::move(*tls);
  }
  return same_or_new(std::move(served), std::move(previous));
}

Result<ServedPortPtr> serve_tunnel(const TunnelListener& listener, ServedPortPtr previous,
                                   const ServedTls& served_tls) {
  auto served = make_port(listener.address);
  served.is_tunnel = true;
  if (listener.tls) {
    auto tls = served_tls.server_context(ClientAuth::none);
    if (!tls) return std::unexpected(tls.error());
    served.tls = std::move(*tls);
  }
  return same_or_new(std::move(served), std::move(previous));
}

Result<TunnelTablePtr> build_tunnel(const TunnelEntities& entities, const Snapshot* previous,
                                    const TunnelSettings& settings) {
  const auto* known = previous ? previous->tunnel.get() : nullptr;
  if (known && known->entities() == entities && known->session_secret() == settings.session_secret)
    return previous->tunnel;
  return TunnelTable::build(entities, settings.session_secret, known);
}

Error with_prefix(const std::string& prefix, Error error) {
  error.sentence.insert(0, prefix + ": ");
  return error;
}

void add(EntityProblems& problems, std::vector<std::pair<TcpServicePtr, Problem>> more) {
  const auto section = std::get<EntityKind<TcpService>>(entity_kinds()).section;
  for (auto& [service, problem] : more)
    problems.push_back({std::string(section), service->id, std::move(problem)});
}

std::expected<void, SnapshotRefused> add_services(Snapshot& snapshot, const Snapshot* previous) {
  std::optional<SnapshotRefused> refused;
  std::map<ListenAddress, EntityList<TcpService>> by_address;
  for (const auto& service : snapshot.entities.services) {
    if (service->enabled) by_address[{service->interface, service->port}].push_back(service);
  }
  for (auto& [address, sharing] : by_address) {
    const auto name = described(*sharing.front());
    auto port = serve_services(address, std::move(sharing), port_in(previous, address), *snapshot.tls);
    if (port) {
      snapshot.ports.emplace(address, std::move(*port));
      continue;
    }
    if (!refused)
      refused = SnapshotRefused{with_prefix(to_text(address) + " (" + name + ")", port.error()), {}};
    add(refused->problems, std::move(port.error().problems));
  }
  if (refused) return std::unexpected(*std::move(refused));
  return {};
}

Result<void> add_tunnel(Snapshot& snapshot, const Snapshot* previous, const TunnelSettings& settings) {
  auto table = build_tunnel(snapshot.entities.tunnel, previous, settings);
  if (!table) return std::unexpected(with_prefix("the tunnel", std::move(table.error())));
  snapshot.tunnel = std::move(*table);
  for (const auto& listener : listeners_of(settings.listeners)) {
    auto port = serve_tunnel(listener, port_in(previous, listener.address), *snapshot.tls);
    if (!port) return std::unexpected(with_prefix(std::string(listener.setting), std::move(port.error())));
    snapshot.ports.emplace(listener.address, std::move(*port));
  }
  return {};
}

// Of the services with what the gateway itself listens on.
void add_conflicts(Problems& conflicts, const EntityList<TcpService>& services, const std::string& part,
                   const std::string& setting, const ListenAddress& address) {
  for (std::size_t i = 0; i < services.size(); ++i) {
    const auto& service = services[i];
    const bool meet = service->enabled && service->port == address.port &&
                      interfaces_overlap(service->interface, address.interface);
    if (!meet) continue;
    const auto path = '/' + std::to_string(i) + "/port";
    conflicts.push_back({path, described(*service) + " (" + to_text({service->interface, service->port}) +
                                   ") and " + part + " (" + setting + ", " + to_text(address) +
                                   ") cannot share a port: give one of them another port, or set " + setting +
                                   " to 0, which switches it off"});
  }
}

}  // namespace

Problems port_conflicts(const EntityList<TcpService>& services, const GatewayConfig::Tunnel& tunnel) {
  Problems conflicts;
  for (const auto& [address, tls, setting] : listeners_of(tunnel))
    add_conflicts(conflicts, services, "the tunnel", std::string(setting), address);
  return conflicts;
}

Problems port_conflicts(const EntityList<TcpService>& services, const GatewayConfig::Admin& admin) {
  Problems conflicts;
  if (admin.port != 0)
    add_conflicts(conflicts, services, "the admin API", "admin.port", {admin.address, admin.port});
  return conflicts;
}

std::expected<SnapshotPtr, SnapshotRefused> build_snapshot(Entities entities, const Snapshot* previous,
                                                           const TlsMaterial& tls,
                                                           const TunnelSettings& tunnel) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->entities = std::move(entities);
  snapshot->tls = tls.served(snapshot->entities.certificates, previous ? previous->tls : nullptr);
  if (auto added = add_services(*snapshot, previous); !added)
    return std::unexpected(std::move(added.error()));
  if (tunnel.is_on()) {
    if (auto added = add_tunnel(*snapshot, previous, tunnel); !added)
      return std::unexpected(SnapshotRefused{std::move(added.error()), {}});
  }
  return snapshot;
}

}  // namespace otoroshi::gateway
