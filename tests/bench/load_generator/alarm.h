#pragma once

#include <functional>

#include "tests/bench/load_generator/event_loop.h"

namespace otoroshi::bench {

// Calls a function at a time, from the event loop.
class Alarm : public Watcher {
 public:
  Alarm(EventLoop& loop, std::function<void()> ring);
  void ring_at(Clock::time_point when);
  void on_ready(std::uint32_t events) override;

 private:
  Fd timer_;
  std::function<void()> ring_;
};

}  // namespace otoroshi::bench
