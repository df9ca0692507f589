// The timers of one worker: an ordered list that the loop looks at before it waits, so that a deadline costs
// a list entry and no system call, and can be destroyed at any moment. Resolution: a millisecond. Worker's
// thread only.
#pragma once

#include <chrono>
#include <map>
#include <optional>

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

  TimerQueue() = default;
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;

  // For the worker's loop: how long it may wait, and what is due. Returns how many entries expired: where
  // thousands are due at once, not all of them, so that whoever is ready meanwhile need not wait for all.
  std::optional<Clock::duration> until_next() const;
  std::size_t expire_due();

 private:
  std::multimap<Clock::time_point, Entry*> entries_;
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
