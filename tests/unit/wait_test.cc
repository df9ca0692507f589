#include "common/net/wait.h"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/net/task.h"

using otoroshi::sleep_until;
using otoroshi::spawn;
using otoroshi::Task;
using otoroshi::Waiter;
using otoroshi::WaitSlot;

namespace {

Task<> note_after(WaitSlot& slot, std::string& notes, char letter) {
  co_await sleep_until([&](Waiter& waiter) { waiter.sleep_on(slot); });
  notes += letter;
}

}  // namespace

TEST_CASE("a ring wakes everybody who sleeps on the slot, once and in the order they came") {
  WaitSlot slot, other;
  std::string notes;
  for (char letter : {'a', 'b', 'c'}) spawn(note_after(slot, notes, letter));
  spawn(note_after(other, notes, 'x'));
  slot.ring();
  CHECK(notes == "abc");
  CHECK_FALSE(slot.has_sleeper());
  CHECK(other.has_sleeper());
  slot.ring();
  CHECK(notes == "abc");
  other.ring();
  CHECK(notes == "abcx");
}

TEST_CASE("a sleeper on several slots wakes at the first and leaves the others") {
  WaitSlot slots[5];
  for (auto& rung : slots) {
    int woken = 0;
    spawn([](WaitSlot(&all)[5], int& count) -> Task<> {
      co_await sleep_until([&](Waiter& waiter) {
        for (auto& slot : all) waiter.sleep_on(slot);
      });
      ++count;
    }(slots, woken));
    for (auto& slot : slots) CHECK(slot.has_sleeper());
    rung.ring();
    CHECK(woken == 1);
    for (auto& slot : slots) {
      CHECK_FALSE(slot.has_sleeper());
      slot.ring();
    }
    CHECK(woken == 1);
  }
}

TEST_CASE("who sleeps again while the slot rings waits for the next ring") {
  WaitSlot slot;
  int rounds = 0;
  spawn([](WaitSlot& its_slot, int& count) -> Task<> {
    for (; count < 3; ++count) co_await sleep_until([&](Waiter& waiter) { waiter.sleep_on(its_slot); });
  }(slot, rounds));
  std::string notes;
  spawn(note_after(slot, notes, 'b'));
  slot.ring();
  CHECK(rounds == 1);
  CHECK(notes == "b");
  slot.ring();
  CHECK(rounds == 2);
  slot.ring();
  CHECK(rounds == 3);
  CHECK_FALSE(slot.has_sleeper());
}

TEST_CASE("what happens while the sleeper still arms means no sleep at all") {
  WaitSlot first, second;
  bool through = false;
  SECTION("woken by hand") {
    spawn([](WaitSlot& a, WaitSlot& b, bool& done) -> Task<> {
      co_await sleep_until([&](Waiter& waiter) {
        waiter.sleep_on(a);
        waiter.wake();
        waiter.sleep_on(b);
      });
      done = true;
    }(first, second, through));
  }
  SECTION("rung") {
    spawn([](WaitSlot& a, WaitSlot& b, bool& done) -> Task<> {
      co_await sleep_until([&](Waiter& waiter) {
        waiter.sleep_on(a);
        a.ring();
        waiter.sleep_on(b);
      });
      done = true;
    }(first, second, through));
  }
  CHECK(through);
  CHECK_FALSE(first.has_sleeper());
  CHECK_FALSE(second.has_sleeper());
}

TEST_CASE("a sleeper that wakes may destroy the slot and the other sleepers") {
  auto slot = std::make_unique<WaitSlot>();
  WaitSlot elsewhere;
  std::string notes;
  auto other = std::make_unique<Waiter>();

  spawn([](std::unique_ptr<WaitSlot>& its_slot, std::unique_ptr<Waiter>& victim, std::string& log) -> Task<> {
    co_await sleep_until([&](Waiter& waiter) { waiter.sleep_on(*its_slot); });
    its_slot.reset();
    victim.reset();
    log += 'a';
  }(slot, other, notes));
  other->sleep_on(*slot);
  other->sleep_on(elsewhere);
  spawn(note_after(*slot, notes, 'b'));

  slot->ring();
  CHECK(notes == "ab");
  CHECK_FALSE(elsewhere.has_sleeper());
}

TEST_CASE("a slot that goes away leaves its sleepers asleep and intact") {
  WaitSlot lasting;
  std::string notes;
  {
    WaitSlot brief;
    for (char letter : {'a', 'b'})
      spawn([](WaitSlot& a, WaitSlot& b, std::string& log, char its_letter) -> Task<> {
        co_await sleep_until([&](Waiter& waiter) {
          waiter.sleep_on(a);
          waiter.sleep_on(b);
        });
        log += its_letter;
      }(brief, lasting, notes, letter));
  }
  CHECK(notes.empty());
  lasting.ring();
  CHECK(notes == "ab");
}
