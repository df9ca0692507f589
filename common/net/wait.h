// How a coroutine sleeps until one of several things happens, without an allocation.
//
// A WaitSlot is a thing that may happen (a socket became readable, a timer fired); its owner rings it. A
// coroutine sleeps on one or more slots:
//
//   co_await sleep_until([&](Waiter& waiter) {
//     sink.arm_writable(waiter);        // each arm_*() puts the waiter into slots
//     source.arm_broken(waiter);
//   });
//
// and wakes at the first ring of any of them. It may also wake for no reason, so it always tries again what
// it waited for. All of this belongs to one worker's thread.
#pragma once

#include <array>
#include <cassert>
#include <coroutine>
#include <cstddef>
#include <utility>

namespace otoroshi {

class Waiter;

namespace detail {

// A place in a circular list; a lone link points to itself.
struct WaitLink {
  WaitLink* previous = this;
  WaitLink* next = this;
  Waiter* waiter = nullptr;

  WaitLink() = default;
  WaitLink(const WaitLink&) = delete;
  WaitLink& operator=(const WaitLink&) = delete;
  ~WaitLink() { unlink(); }

  bool alone() const { return next == this; }
  void unlink() {
    previous->next = next;
    next->previous = previous;
    previous = next = this;
  }
  void insert_before(WaitLink& other) {
    previous = other.previous;
    next = &other;
    previous->next = this;
    other.previous = this;
  }
};

}  // namespace detail

class WaitSlot {
 public:
  bool has_sleeper() const { return !head_.alone(); }

  // Wakes everybody who sleeps here, at once and on this stack. The slot may be destroyed by whoever wakes.
  void ring();

 private:
  friend Waiter;
  detail::WaitLink head_;
};

class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // Puts the waiter to sleep on one more slot, at the most `max_slots`.
  void sleep_on(WaitSlot& slot) {
    assert(used_ < links_.size());
    auto& link = links_[used_++];
    link.waiter = this;
    link.insert_before(slot.head_);
  }

  // There is no need to sleep, or no longer.
  void wake() {
    for (auto& link : links_) link.unlink();
    used_ = 0;
    woken_ = true;
    if (auto sleeper = std::exchange(sleeper_, nullptr)) sleeper.resume();
  }

  bool woken() const { return woken_; }
  void set_sleeper(std::coroutine_handle<> sleeper) { sleeper_ = sleeper; }

 private:
  static constexpr std::size_t max_slots =
      5;  // the most that any wait needs: two streams of two slots, a timer
  std::array<detail::WaitLink, max_slots> links_;
  std::size_t used_ = 0;
  bool woken_ = false;
  std::coroutine_handle<> sleeper_;
};

inline void WaitSlot::ring() {
  // The sleepers move to a list on this stack first: one that wakes may sleep here again, or destroy the slot
  // or the other sleepers.
  detail::WaitLink woken;
  if (head_.alone()) return;
  woken.insert_before(head_);
  head_.unlink();
  while (!woken.alone()) woken.next->waiter->wake();
}

template <class Arm>
class [[nodiscard]] SleepUntil {
 public:
  explicit SleepUntil(Arm arm) : arm_(arm) {}
  SleepUntil(const SleepUntil&) = delete;
  SleepUntil& operator=(const SleepUntil&) = delete;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> sleeper) {
    arm_(waiter_);
    slept_ = !waiter_.woken();
    if (slept_) waiter_.set_sleeper(sleeper);
    return slept_;
  }
  // False: there was no need to sleep. A loop that never sleeps must yield now and then, or nobody else has a
  // turn.
  bool await_resume() const noexcept { return slept_; }

 private:
  Arm arm_;
  Waiter waiter_;
  bool slept_ = false;
};

template <class Arm>
SleepUntil<Arm> sleep_until(Arm arm) {
  return SleepUntil<Arm>(arm);
}

}  // namespace otoroshi
