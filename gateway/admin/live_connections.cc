#include "gateway/admin/live_connections.h"

#include <algorithm>
#include <iterator>

namespace otoroshi::gateway {
namespace {

using Ids = std::vector<std::uint64_t>;

// One vector for each worker, so that they can fill them side by side.
template <class Item>
class PerWorker {
 public:
  explicit PerWorker(const AcceptingWorkers& workers) : parts_(workers.size()) {}

  std::vector<Item>& operator[](std::size_t index) { return parts_[index]; }

  std::vector<Item> together() {
    std::vector<Item> all;
    for (auto& part : parts_) std::ranges::move(part, std::back_inserter(all));
    return all;
  }

 private:
  std::vector<std::vector<Item>> parts_;
};

// In the order in which they were accepted: ids grow with time.
Ids ids_of(AcceptingWorkers& workers, const ConnectionFilter& filter) {
  PerWorker<std::uint64_t> found(workers);
  on_every_worker(workers, [&](AcceptingWorker& worker, std::size_t index) {
    worker.context.registry.for_each([&](const ConnectionRecord& record) {
      if (filter.admits(record)) found[index].push_back(record.id);
    });
  });
  auto ids = found.together();
  std::ranges::sort(ids);
  return ids;
}

std::string_view phase_of(const ConnectionRecord& record) {
  if (record.is_relaying()) return "relay";
  return record.target ? "dial" : "admission";
}

// Those that have not ended meanwhile. `ids` are sorted.
std::vector<LiveConnection> look_at(AcceptingWorkers& workers, const Ids& ids) {
  PerWorker<LiveConnection> found(workers);
  on_every_worker(workers, [&](AcceptingWorker& worker, std::size_t index) {
    worker.context.registry.for_each([&](const ConnectionRecord& record) {
      if (std::ranges::binary_search(ids, record.id))
        found[index].push_back({to_event(record, std::nullopt, 0), phase_of(record)});
    });
  });
  auto connections = found.together();
  std::ranges::sort(connections, {}, [](const LiveConnection& one) { return one.so_far.request_id; });
  return connections;
}

// Aborts what `wanted` says and counts it.
template <class Wanted>
std::size_t close_where(AcceptingWorkers& workers, const Error& why, const Wanted& wanted) {
  std::vector<std::size_t> closed(workers.size());
  on_every_worker(workers, [&](AcceptingWorker& worker, std::size_t index) {
    worker.context.registry.for_each([&](ConnectionRecord& record) {
      if (!wanted(record)) return;
      record.abort(why);
      ++closed[index];
    });
  });
  std::size_t all = 0;
  for (const auto count : closed) all += count;
  return all;
}

}  // namespace

bool ConnectionFilter::admits(const ConnectionRecord& record) const {
  if (!service.empty() && (!record.service || record.service->id != service)) return false;
  return route.empty() || (record.tunnel && record.tunnel->route->route->id == route);
}

ConnectionPage list_connections(AcceptingWorkers& workers, const ConnectionFilter& filter, std::size_t offset,
                                std::size_t at_most) {
  auto ids = ids_of(workers, filter);
  ConnectionPage page{ids.size(), {}};
  ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(std::min(offset, ids.size())));
  ids.resize(std::min(at_most, ids.size()));
  if (!ids.empty()) page.connections = look_at(workers, ids);
  return page;
}

std::size_t close_connections(AcceptingWorkers& workers, const ConnectionFilter& filter, const Error& why) {
  return close_where(workers, why, [&](const ConnectionRecord& record) { return filter.admits(record); });
}

bool close_connection(AcceptingWorkers& workers, std::uint64_t id, const Error& why) {
  return close_where(workers, why, [id](const ConnectionRecord& record) { return record.id == id; }) != 0;
}

}  // namespace otoroshi::gateway
