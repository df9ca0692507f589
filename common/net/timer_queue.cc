#include "common/net/timer_queue.h"

#include "common/net/stream.h"

namespace otoroshi {

void TimerQueue::Entry::start(Clock::duration after) {
  stop();
  place_ = queue_.entries_.emplace(Clock::now() + after, this);
  running_ = true;
  queue_.arm();
}

void TimerQueue::Entry::stop() {
  if (!running_) return;
  // The Asio timer stays armed: waking for nothing is cheaper than arming it again for every connection.
  queue_.entries_.erase(place_);
  running_ = false;
}

void TimerQueue::arm() {
  if (entries_.empty()) return;
  auto earliest = entries_.begin()->first;
  if (earliest >= armed_for_) return;
  armed_for_ = earliest;
  timer_.expires_at(earliest);
  timer_.async_wait([this](std::error_code error) {
    if (!error) expire_due();
  });
}

void TimerQueue::expire_due() {
  armed_for_ = Clock::time_point::max();
  auto now = Clock::now();
  while (!entries_.empty() && entries_.begin()->first <= now) {
    auto* entry = entries_.begin()->second;
    entry->stop();
    entry->expire();
  }
  arm();
}

void Deadline::expire() {
  stream_.abort(why_);
}

}  // namespace otoroshi
