#include "gateway/metrics/connection_metrics.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace otoroshi::gateway {
namespace {

void add_bytes(Traffic& traffic, const RelayProgress& progress) {
  traffic.bytes_from_client += progress.bytes_from_client;
  traffic.bytes_from_target += progress.bytes_from_target;
}

bool is_same(const std::weak_ptr<const TcpService>& known, const TcpServicePtr& service) {
  return !known.owner_before(service) && !service.owner_before(known);
}

bool is_open_tunnel(const ConnectionRecord& record) {
  return record.tunnel && record.is_relaying();
}

}  // namespace

void Traffic::add(const Traffic& other) {
  active += other.active;
  for (std::size_t ending = 0; ending < ended.size(); ++ending) ended[ending] += other.ended[ending];
  bytes_from_client += other.bytes_from_client;
  bytes_from_target += other.bytes_from_target;
}

void ConnectionMetrics::connection_ended(const ConnectionRecord& record, const std::optional<Error>& error) {
  if (error) errors_.count(*error);
  if (record.port->is_tunnel && !is_open_tunnel(record)) return;  // tunnel_refused() has the rest
  auto& traffic = is_open_tunnel(record) ? tunnels_[std::to_underlying(record.tunnel->caller->type)]
                                         : static_cast<Traffic&>(traffic_of(record.service));
  ++traffic.ended[std::to_underlying(ending_of(record, error))];
  add_bytes(traffic, record.progress);
  if (services_.size() >= fold_at_) fold_gone_services();
}

void ConnectionMetrics::add_live(ConnectionRegistry& registry) {
  // One look-up by id for each service, not for each connection.
  std::unordered_map<const TcpService*, ServiceTraffic*> known;
  registry.for_each([&](const ConnectionRecord& record) {
    Traffic* traffic = nullptr;
    if (is_open_tunnel(record)) {
      traffic = &tunnels_[std::to_underlying(record.tunnel->caller->type)];
    } else if (record.service) {
      auto& place = known[record.service.get()];
      if (!place) place = &traffic_of(record.service);
      traffic = place;
    }
    if (!traffic) return;  // nobody knows yet what it will be
    ++traffic->active;
    add_bytes(*traffic, record.progress);
  });
}

void ConnectionMetrics::add(const ConnectionMetrics& other) {
  peek_failures.add(other.peek_failures);
  client_handshakes.add(other.client_handshakes);
  dials.add(other.dials);
  target_handshakes.add(other.target_handshakes);
  errors_.add(other.errors_);
  for (const auto& [id, traffic] : other.services_) {
    auto& ours = services_[id];
    ours.add(traffic);
    if (ours.last_seen > traffic.last_seen) continue;
    ours.last_seen = traffic.last_seen;
    ours.name = traffic.name;
  }
  for (std::size_t type = 0; type < tunnels_.size(); ++type) tunnels_[type].add(other.tunnels_[type]);
  for (const auto& [cause, count] : other.refused_tunnels_) refused_tunnels_[cause] += count;
}

ServiceTraffic& ConnectionMetrics::traffic_of(const TcpServicePtr& service) {
  const auto id = service ? std::string_view(service->id) : no_service;
  auto found = services_.find(id);
  if (found == services_.end()) found = services_.try_emplace(std::string(id)).first;
  auto& traffic = found->second;
  traffic.last_seen = Clock::now();
  if (service && !is_same(traffic.service, service)) {
    traffic.service = service;
    traffic.name = service->name;
  }
  return traffic;
}

// Rarely: half of the rows make room at once.
void ConnectionMetrics::fold_gone_services() {
  using Row = decltype(services_)::iterator;
  std::vector<Row> gone;
  for (auto row = services_.begin(); row != services_.end(); ++row) {
    const bool has_been_a_service = row->first != no_service && row->first != gone_service;
    if (has_been_a_service && row->second.service.expired()) gone.push_back(row);
  }
  std::ranges::sort(gone, {}, [](Row row) { return row->second.last_seen; });
  const auto kept = std::min(gone.size(), gone_services_at_most / 2);
  gone.resize(gone.size() - kept);

  Traffic together;
  for (const auto row : gone) {
    together.add(row->second);
    services_.erase(row);
  }
  if (!gone.empty()) services_[std::string(gone_service)].add(together);
  fold_at_ = services_.size() + gone_services_at_most / 2;
}

}  // namespace otoroshi::gateway
