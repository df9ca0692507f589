// The timers of one worker: an ordered list in front of a single Asio timer, so that a deadline costs a list
// entry and not a kernel or reactor timer, and can be destroyed at any moment without leaving a handler
// behind. Resolution: a millisecond. All calls on the worker's thread.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <map>

#include "common/base/result.h"
#include "common/net/wait.h"

namespace otoroshi {

using Clock = std::chrono::steady_clock;

class Stream;

class TimerQueue {
 public:
  // Something that happens once at a time. Derived objects live wherever their owner wants.
  class Entry {
   public:
    explicit Entry(TimerQueue& queue) : queue_(queue) {}
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    virtual ~Entry() { stop(); }

    void start(Clock::duration after);
    void stop();
    bool running() const { return running_; }

   private:
    friend TimerQueue;
    virtual void expire() = 0;  // runs once the entry has left the queue

    TimerQueue& queue_;
    std::multimap<Clock::time_point, Entry*>::iterator place_;
    bool running_ = false;
  };

  explicit TimerQueue(asio::io_context& io) : timer_(io) {}

 private:
  void arm();
  void expire_due();

  asio::steady_timer timer_;
  std::multimap<Clock::time_point, Entry*> entries_;
  Clock::time_point armed_for_ = Clock::time_point::max();
};

// A slot that rings after a time.
class Timer final : public TimerQueue::Entry {
 public:
  using Entry::Entry;
  void start(Clock::duration after) {
    expired_ = false;
    Entry::start(after);
  }
  bool expired() const { return expired_; }
  void arm(Waiter& waiter) {
    if (expired_) return waiter.wake();
    waiter.sleep_on(slot_);
  }

 private:
  void expire() override {
    expired_ = true;
    slot_.ring();
  }
  WaitSlot slot_;
  bool expired_ = false;
};

// While it lives, a stream must get on: when the time is up the stream is aborted with `why`, which ends
// every wait on it and makes its next operation fail with that error.
class Deadline final : public TimerQueue::Entry {
 public:
  Deadline(TimerQueue& queue, Clock::duration limit, Stream& stream, Error why)
      : Entry(queue), stream_(stream), why_(std::move(why)) {
    start(limit);
  }

 private:
  void expire() override;
  Stream& stream_;
  Error why_;
};

}  // namespace otoroshi
