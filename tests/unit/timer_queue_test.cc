#include "common/net/timer_queue.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "tests/support/memory_stream.h"
#include "tests/support/run_task.h"

using namespace otoroshi;
using namespace otoroshi::test;
using namespace std::chrono_literals;

namespace {

class Noted final : public TimerQueue::Entry {
 public:
  Noted(TimerQueue& queue, std::string& notes, char letter) : Entry(queue), notes_(notes), letter_(letter) {}

 private:
  void expire() override { notes_ += letter_; }
  std::string& notes_;
  char letter_;
};

}  // namespace

TEST_CASE("timers expire in the order of their times, not before, and once") {
  Worker worker;
  std::string notes;
  Noted late(worker.timers(), notes, 'c'), early(worker.timers(), notes, 'a'),
      middle(worker.timers(), notes, 'b');
  const auto begin = Clock::now();
  late.start(250ms);  // so long that the others have begun meanwhile
  early.start(5ms);
  middle.start(15ms);
  CHECK(early.running());
  REQUIRE(run_until(worker, [&] { return notes.size() >= 3; }));
  CHECK(Clock::now() - begin >= 250ms);
  CHECK(notes == "abc");
  CHECK_FALSE(early.running());
  handlers_until_idle(worker);
  CHECK(notes == "abc");
}

TEST_CASE("a timer that is stopped, or destroyed, never expires; the others do") {
  Worker worker;
  std::string notes;
  Noted lasting(worker.timers(), notes, 'z'), stopped(worker.timers(), notes, 'a');
  auto destroyed = std::make_unique<Noted>(worker.timers(), notes, 'b');
  stopped.start(1ms);
  destroyed->start(2ms);
  lasting.start(10ms);
  stopped.stop();
  stopped.stop();
  destroyed.reset();
  REQUIRE(run_until(worker, [&] { return !notes.empty(); }));
  CHECK(notes == "z");
}

TEST_CASE("a timer may be started again: while it runs, and after it has expired") {
  Worker worker;
  std::string notes;
  Noted marker(worker.timers(), notes, 'm'), again(worker.timers(), notes, 'a');
  marker.start(10ms);  // first, so that it is due before `again` however long this thread is kept waiting
  again.start(1ms);
  again.start(20ms);
  REQUIRE(run_until(worker, [&] { return notes.size() >= 2; }));
  CHECK(notes == "ma");
  again.start(1ms);
  REQUIRE(run_until(worker, [&] { return notes.size() >= 3; }));

  Timer timer(worker.timers());
  timer.start(1ms);
  REQUIRE(run_until(worker, [&] { return timer.expired(); }));
  timer.start(1h);
  CHECK_FALSE(timer.expired());
}

TEST_CASE("what expires may stop and destroy the others, and start new ones") {
  Worker worker;
  std::string notes;
  class Killer final : public TimerQueue::Entry {
   public:
    Killer(TimerQueue& queue, std::unique_ptr<Noted>& victim, Noted& next)
        : Entry(queue), victim_(victim), next_(next) {}

   private:
    void expire() override {
      victim_.reset();
      next_.start(0ms);
    }
    std::unique_ptr<Noted>& victim_;
    Noted& next_;
  };
  auto victim = std::make_unique<Noted>(worker.timers(), notes, 'v');
  Noted next(worker.timers(), notes, 'n');
  Killer killer(worker.timers(), victim, next);
  killer.start(0ms);
  victim->start(0ms);
  REQUIRE(run_until(worker, [&] { return !notes.empty(); }));
  handlers_until_idle(worker);
  CHECK(notes == "n");
}

TEST_CASE("a coroutine sleeps on a timer, also on one that has expired already") {
  Worker worker;
  auto sleep = [&]() -> Task<> {
    Timer timer(worker.timers());
    timer.start(2ms);
    // The second wait finds the timer expired.
    for (int waits = 0; waits < 2; ++waits) co_await sleep_until([&](Waiter& waiter) { timer.arm(waiter); });
  };
  run_task(worker, sleep());
}

TEST_CASE("a deadline aborts the stream with its reason, and ends the wait; kept in time it does nothing") {
  Worker worker;
  auto pair = make_memory_pair(worker);
  const Error too_slow{ErrorCode::timed_out, Side::client, "too slow"};
  auto read_within = [&](Clock::duration limit) -> Task<Result<std::size_t>> {
    Deadline deadline(worker.timers(), limit, *pair.near, too_slow);
    std::byte byte{};
    for (;;) {
      auto got = pair.near->try_read({&byte, 1});
      if (got.error()) co_return std::unexpected(pair.near->failure());
      if (got.done()) co_return got.bytes;
      co_await readable(*pair.near);
    }
  };
  std::byte byte{};
  REQUIRE(pair.far->try_write({&byte, 1}).done());
  CHECK(run_task(worker, read_within(1h)).value() == 1);
  auto late = run_task(worker, read_within(2ms));
  REQUIRE_FALSE(late);
  CHECK(late.error().sentence == "too slow");
}
