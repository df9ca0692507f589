#include "common/net/timer_queue.h"

#include <algorithm>

#include "common/net/stream.h"

namespace otoroshi {
namespace {

// Clients that came together are thrown out together, and each may take a while.
constexpr auto expiring_in_a_row = std::chrono::microseconds(100);

}  // namespace

void TimerQueue::Entry::start(Clock::duration after) {
  stop();
  place_ = queue_.entries_.emplace(Clock::now() + after, this);
  running_ = true;
}

void TimerQueue::Entry::stop() {
  if (!running_) return;
  queue_.entries_.erase(place_);
  running_ = false;
}

std::optional<Clock::duration> TimerQueue::until_next() const {
  if (entries_.empty()) return std::nullopt;
  return std::max(entries_.begin()->first - Clock::now(), Clock::duration::zero());
}

std::size_t TimerQueue::expire_due() {
  if (entries_.empty()) return 0;
  std::size_t count = 0;
  const auto begin = Clock::now();
  const auto is_one_due = [&] { return !entries_.empty() && entries_.begin()->first <= begin; };
  for (auto now = begin; is_one_due() && now - begin <= expiring_in_a_row; now = Clock::now(), ++count) {
    auto* entry = entries_.begin()->second;
    entry->stop();
    entry->expire();
  }
  return count;
}

void Deadline::expire() {
  stream_.abort(why_);
}

}  // namespace otoroshi
