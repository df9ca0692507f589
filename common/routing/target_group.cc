#include "common/routing/target_group.h"

#include <algorithm>
#include <utility>

namespace otoroshi {

TargetOrder::TargetOrder(std::size_t count)
    : count_(count), inline_{}, heap_(count > inline_capacity ? count : 0) {}

std::span<std::uint32_t> TargetOrder::indexes() {
  return {count_ > inline_capacity ? heap_.data() : inline_.data(), count_};
}

std::span<const std::uint32_t> TargetOrder::indexes() const {
  return {count_ > inline_capacity ? heap_.data() : inline_.data(), count_};
}

TargetGroup::TargetGroup(std::vector<Target> targets)
    : targets_(std::move(targets)), health_(std::make_unique<Health[]>(targets_.size())) {}

TargetOrder TargetGroup::candidates(Time now) {
  TargetOrder order(targets_.size());
  if (order.empty()) return order;

  auto indexes = order.indexes();
  auto healthy = indexes.begin();
  auto skipped = indexes.end();
  for (std::uint32_t target = 0; target < targets_.size(); ++target) {
    if (is_skipped(target, now))
      *--skipped = target;
    else
      *healthy++ = target;
  }

  // Each part is rotated by itself: were the turn taken over all targets, the one behind a skipped target
  // would get that target's share as well.
  auto turn = turn_.fetch_add(1, std::memory_order_relaxed);
  auto rotate = [turn](auto first, auto last) {
    if (first != last) std::rotate(first, first + turn % (last - first), last);
  };
  rotate(indexes.begin(), healthy);
  rotate(skipped, indexes.end());
  return order;
}

void TargetGroup::mark_failed(std::size_t target, Time now) {
  auto& health = health_[target];
  auto skipped_until = health.skipped_until.load(std::memory_order_relaxed);
  // Many connections notice the same failure at once, and those that had no other choice fail again
  // meanwhile: it counts once.
  if (now.time_since_epoch().count() < skipped_until) return;

  auto failures = health.failures.load(std::memory_order_relaxed);
  auto skip = std::min(longest_skip, first_skip * (1 << std::min(failures, 5u)));
  auto until = (now + skip).time_since_epoch().count();
  if (health.skipped_until.compare_exchange_strong(skipped_until, until, std::memory_order_relaxed))
    health.failures.store(failures + 1, std::memory_order_relaxed);
}

void TargetGroup::mark_good(std::size_t target) {
  auto& health = health_[target];
  // Read first: a store on every connection would take the cache line from all other workers.
  if (health.failures.load(std::memory_order_relaxed) == 0) return;
  health.failures.store(0, std::memory_order_relaxed);
  health.skipped_until.store(Time::min().time_since_epoch().count(), std::memory_order_relaxed);
}

bool TargetGroup::is_skipped(std::size_t target, Time now) const {
  return now.time_since_epoch().count() < health_[target].skipped_until.load(std::memory_order_relaxed);
}

}  // namespace otoroshi
