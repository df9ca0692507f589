#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "tests/bench/load_generator/socket.h"

namespace otoroshi::bench {

using Clock = std::chrono::steady_clock;

// Something with one descriptor that wants to know when it is ready.
class Watcher {
 public:
  virtual ~Watcher() = default;
  // `events` as of epoll_wait(2). May destroy the watcher itself (as its last act), but no other one.
  virtual void on_ready(std::uint32_t events) = 0;
};

// One level-triggered epoll instance. Client side and target side share one, in one thread.
class EventLoop {
 public:
  EventLoop();

  // Begins to watch `fd`. Closing the descriptor ends it.
  void add(const Fd& fd, std::uint32_t events, Watcher& watcher);
  void change(const Fd& fd, std::uint32_t events, Watcher& watcher);

  // Serves events until `done()` holds (true) or the time is up (false).
  bool run_until(const std::function<bool()>& done, Clock::time_point deadline);

 private:
  void control(int operation, const Fd& fd, std::uint32_t events, Watcher& watcher);

  Fd epoll_;
};

}  // namespace otoroshi::bench
