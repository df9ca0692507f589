#include "tests/bench/load_generator/alarm.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace otoroshi::bench {

Alarm::Alarm(EventLoop& loop, std::function<void()> ring)
    : timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)), ring_(std::move(ring)) {
  if (timer_.get() < 0) die_errno("cannot make a timer");
  loop.add(timer_, EPOLLIN, *this);
}

void Alarm::ring_at(Clock::time_point when) {
  const auto since_start = when.time_since_epoch();  // Clock is CLOCK_MONOTONIC
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_start);
  itimerspec at{};
  at.it_value.tv_sec = seconds.count();
  at.it_value.tv_nsec = std::chrono::nanoseconds(since_start - seconds).count();
  if (timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &at, nullptr) != 0) die_errno("cannot set a timer");
}

void Alarm::on_ready(std::uint32_t) {
  std::uint64_t count = 0;
  if (read(timer_.get(), &count, sizeof count) == sizeof count) ring_();
}

}  // namespace otoroshi::bench
