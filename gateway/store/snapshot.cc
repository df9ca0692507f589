#include "gateway/store/snapshot.h"

#include "common/text/host_port.h"

namespace otoroshi::gateway {

std::string to_text(const ListenAddress& address) {
  return otoroshi::to_text(HostPort{address.interface, address.port});
}

asio::ip::tcp::endpoint to_endpoint(const ListenAddress& address) {
  return {asio::ip::make_address(address.interface), address.port};
}

namespace {

Result<ServedPortPtr> build_port(const ListenAddress& address, std::vector<TcpServicePtr> services,
                                 const ServedPort* previous, const TlsMaterial& material) {
  auto served = std::make_shared<ServedPort>();
  served->address = address;
  served->endpoint = to_endpoint(address);
  if (previous && previous->table->services() == services) {
    served->table = previous->table;
  } else {
    auto table = ServiceTable::build(std::move(services), previous ? previous->table.get() : nullptr);
    if (!table) return std::unexpected(table.error());
    served->table = std::move(*table);
  }
  if (served->table->tls() == TlsMode::enabled) {
    auto tls = material.server_context(served->table->client_auth());
    if (!tls) return std::unexpected(tls.error());
    served->tls = std::move(*tls);
  }
  return served;
}

}  // namespace

Result<SnapshotPtr> build_snapshot(std::vector<TcpServicePtr> services, const Snapshot* previous,
                                   const TlsMaterial& material) {
  std::map<ListenAddress, std::vector<TcpServicePtr>> by_address;
  for (const auto& service : services) {
    if (service->enabled) by_address[{service->interface, service->port}].push_back(service);
  }
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->services = std::move(services);
  for (auto& [address, sharing] : by_address) {
    const ServedPort* before = nullptr;
    if (previous) {
      if (auto known = previous->ports.find(address); known != previous->ports.end())
        before = known->second.get();
    }
    auto names = sharing.front()->id;
    auto port = build_port(address, std::move(sharing), before, material);
    if (!port) {
      auto error = port.error();
      error.sentence = to_text(address) + " (service '" + names + "'): " + error.sentence;
      return std::unexpected(std::move(error));
    }
    snapshot->ports.emplace(address, std::move(*port));
  }
  return snapshot;
}

}  // namespace otoroshi::gateway
