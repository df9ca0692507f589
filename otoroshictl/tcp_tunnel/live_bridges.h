// The connections that are being carried: for their keep-alives, for counting and for ending them all.
// Worker's thread only, but for size().
#pragma once

#include <atomic>
#include <list>

#include "common/net/memory_return.h"
#include "common/net/relay.h"
#include "common/net/stream.h"
#include "common/net/timer_queue.h"

namespace otoroshi::ctl {

// One local connection with its tunnel. A stream is null before it is there, and once it is done with.
struct Bridge {
  StreamPtr local;
  StreamPtr tunnel;
  RelayProgress progress;

  void abort(const Error& why);
};

class LiveBridges final : private TimerQueue::Entry {
 public:
  explicit LiveBridges(TimerQueue& timers) : Entry(timers) {}

  // Keeps a bridge listed while it lives.
  class Listed {
   public:
    Listed(LiveBridges& live, Bridge& bridge);
    ~Listed();
    Listed(const Listed&) = delete;
    Listed& operator=(const Listed&) = delete;

   private:
    LiveBridges& live_;
    std::list<Bridge*>::iterator place_;
  };

  std::size_t size() const { return size_.load(std::memory_order_relaxed); }  // any thread
  void abort_all(const Error& why);

 private:
  // Once a second, while there are any, and until their memory is given back: streams send their keep-alives.
  void expire() override;

  std::list<Bridge*> bridges_;
  std::atomic<std::size_t> size_ = 0;
  MemoryReturn memory_;
};

}  // namespace otoroshi::ctl
