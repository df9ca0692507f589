// Thousands of clients that came together and never said what they want are thrown out together, and all
// others get no answer for 30 to 80 ms.
#include <catch2/catch.hpp>
#include <list>

#include "common/net/timer_queue.h"

using namespace otoroshi;

namespace {

// Takes a millisecond to expire.
struct Slow final : TimerQueue::Entry {
  using Entry::Entry;
  void expire() override {
    const auto end = Clock::now() + std::chrono::milliseconds(1);
    while (Clock::now() < end) continue;
  }
};

}  // namespace

TEST_CASE("timers that are due at once leave time for others") {
  TimerQueue timers;
  std::list<Slow> crowd;
  for (int i = 0; i < 5; ++i) crowd.emplace_back(timers).start(Clock::duration::zero());
  for (int left = 5; left > 0; --left) {
    CHECK(timers.until_next() == Clock::duration::zero());  // the loop does not sleep meanwhile
    CHECK(timers.expire_due() == 1);
  }
  CHECK_FALSE(timers.until_next());
}
