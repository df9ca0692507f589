#include "common/net/task.h"

#include <catch2/catch.hpp>
#include <memory>
#include <stdexcept>
#include <string>

#include "common/net/wait.h"
#include "tests/support/run_task.h"

using otoroshi::both;
using otoroshi::sleep_until;
using otoroshi::Task;
using otoroshi::Waiter;
using otoroshi::WaitSlot;
using otoroshi::test::Outcome;
using otoroshi::test::start_task;

namespace {

Task<std::string> greet(std::string name) {
  co_return "hello " + name;
}

Task<std::unique_ptr<int>> nested(int depth) {
  if (depth == 0) co_return std::make_unique<int>(0);
  auto below = co_await nested(depth - 1);
  ++*below;
  co_return below;
}

Task<int> throws() {
  throw std::runtime_error("on purpose");
  co_return 0;
}

Task<> sleep_on(WaitSlot& slot) {
  co_await sleep_until([&](Waiter& waiter) { waiter.sleep_on(slot); });
}

// Notes its letter when it has ended: lower case begins, upper case ends.
Task<> noted(WaitSlot* slot, std::string& notes, char letter) {
  notes += letter;
  if (slot) co_await sleep_on(*slot);
  notes += static_cast<char>(letter - 'a' + 'A');
}

Task<> two(WaitSlot* first, WaitSlot* second, std::string& notes) {
  auto a = noted(first, notes, 'a');
  auto b = noted(second, notes, 'b');
  co_await both(std::move(a), std::move(b));
  notes += '.';
}

}  // namespace

TEST_CASE("a task hands its value to whoever awaits it, however deep") {
  Outcome<std::string> greeting;
  start_task(greet("world"), greeting);
  CHECK(greeting.value == "hello world");

  Outcome<std::unique_ptr<int>> depth;
  start_task(nested(100), depth);
  REQUIRE(depth.value);
  CHECK(**depth.value == 100);
}

TEST_CASE("a task does nothing before it is awaited") {
  std::string notes;
  { auto never_started = noted(nullptr, notes, 'a'); }
  CHECK(notes.empty());
}

TEST_CASE("an exception reaches whoever awaits") {
  Outcome<int> outcome;
  start_task(throws(), outcome);
  REQUIRE(outcome.exception);
  CHECK_THROWS_WITH(std::rethrow_exception(outcome.exception), "on purpose");
}

TEST_CASE("both() goes on when the second of its tasks has ended, in whatever order they end") {
  WaitSlot first, second;
  std::string notes;
  Outcome<void> outcome;
  SECTION("both at once") {
    start_task(two(nullptr, nullptr, notes), outcome);
    CHECK(notes == "aAbB.");
  }
  SECTION("the first at once") {
    start_task(two(nullptr, &second, notes), outcome);
    CHECK(notes == "aAb");
    second.ring();
    CHECK(notes == "aAbB.");
  }
  SECTION("the second at once") {
    start_task(two(&first, nullptr, notes), outcome);
    CHECK(notes == "abB");
    first.ring();
    CHECK(notes == "abBA.");
  }
  SECTION("the first before the second") {
    start_task(two(&first, &second, notes), outcome);
    first.ring();
    CHECK(notes == "abA");
    second.ring();
    CHECK(notes == "abAB.");
  }
  SECTION("the second before the first") {
    start_task(two(&first, &second, notes), outcome);
    second.ring();
    first.ring();
    CHECK(notes == "abBA.");
  }
  SECTION("both at the same ring") {
    start_task(two(&first, &first, notes), outcome);
    first.ring();
    CHECK(notes == "abAB.");
  }
  SECTION("the second wakes the first while it begins") {
    auto ring_first = [](WaitSlot& slot) -> Task<> {
      slot.ring();
      co_return;
    };
    auto run = [&]() -> Task<> {
      auto a = noted(&first, notes, 'a');
      auto b = ring_first(first);
      co_await both(std::move(a), std::move(b));
      notes += '.';
    };
    start_task(run(), outcome);
    CHECK(notes == "aA.");
  }
  CHECK(outcome.ended());
}

TEST_CASE("both() passes an exception on after both have ended") {
  WaitSlot slot;
  std::string notes;
  Outcome<void> outcome;
  auto fails = []() -> Task<> {
    throw std::runtime_error("on purpose");
    co_return;
  };
  auto run = [&]() -> Task<> {
    auto a = fails();
    auto b = noted(&slot, notes, 'b');
    co_await both(std::move(a), std::move(b));
  };
  start_task(run(), outcome);
  CHECK_FALSE(outcome.ended());
  slot.ring();
  CHECK(notes == "bB");
  CHECK(outcome.exception);
}

TEST_CASE("destroying a task that sleeps destroys what it holds and takes it out of the slot") {
  WaitSlot slot;
  auto held = std::make_shared<int>(1);
  auto hold = [&](std::shared_ptr<int> value) -> Task<> {
    co_await sleep_on(slot);
    ++*value;
  };
  struct Run {  // resumes a task by hand, and so owns it while it sleeps
    struct promise_type {
      Run get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
      std::suspend_never initial_suspend() noexcept { return {}; }
      std::suspend_always final_suspend() noexcept { return {}; }
      void return_void() {}
      void unhandled_exception() { std::terminate(); }
    };
    std::coroutine_handle<promise_type> handle;
  };
  auto outer = [](Task<> task) -> Run { co_await task; };
  auto side_by_side = [&]() -> Task<> {
    auto a = hold(held);
    auto b = hold(held);
    co_await both(std::move(a), std::move(b));
  };
  for (bool twice : {false, true}) {
    auto run = outer(twice ? side_by_side() : hold(held));
    CHECK(slot.has_sleeper());
    CHECK(held.use_count() == (twice ? 3 : 2));
    run.handle.destroy();
    CHECK_FALSE(slot.has_sleeper());
    CHECK(held.use_count() == 1);
    slot.ring();
    CHECK(*held == 1);
  }
}
