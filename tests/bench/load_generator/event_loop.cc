#include "tests/bench/load_generator/event_loop.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace otoroshi::bench {

EventLoop::EventLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_.get() < 0) die_errno("cannot make an epoll instance");
}

void EventLoop::add(const Fd& fd, std::uint32_t events, Watcher& watcher) {
  control(EPOLL_CTL_ADD, fd, events, watcher);
}

void EventLoop::change(const Fd& fd, std::uint32_t events, Watcher& watcher) {
  control(EPOLL_CTL_MOD, fd, events, watcher);
}

void EventLoop::control(int operation, const Fd& fd, std::uint32_t events, Watcher& watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  if (epoll_ctl(epoll_.get(), operation, fd.get(), &event) != 0) die_errno("epoll_ctl failed");
}

bool EventLoop::run_until(const std::function<bool()>& done, Clock::time_point deadline) {
  std::array<epoll_event, 256> events;
  while (!done()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    const int timeout = static_cast<int>(std::min<std::int64_t>(left, 1000));
    const int count = epoll_wait(epoll_.get(), events.data(), events.size(), timeout);
    if (count < 0 && errno != EINTR) die_errno("epoll_wait failed");
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      static_cast<Watcher*>(event.data.ptr)->on_ready(event.events);
    }
  }
  return true;
}

}  // namespace otoroshi::bench
