// Runs a coroutine in a unit test: the calling thread becomes the worker's thread until the task has ended.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "common/net/task.h"
#include "common/net/worker.h"

namespace otoroshi::test {

// Long enough for a sanitizer on a busy machine; only a test that hangs waits for it.
constexpr auto failsafe = std::chrono::seconds(60);

// Runs the loop until `done()`; false after the failsafe.
template <class Condition>
bool run_until(Worker& worker, Condition done) {
  const auto give_up = Clock::now() + failsafe;
  while (!done()) {  // once more might be another answer
    if (Clock::now() >= give_up) return false;
    worker.run_once(std::chrono::milliseconds(100));
  }
  return true;
}

// Runs the loop until it has nothing to do for `idle`, and counts the handlers that ran, `enough` at the
// most. A coroutine that wakes again and again without getting on reaches `enough`.
inline std::size_t handlers_until_idle(Worker& worker, std::size_t enough = 2000,
                                       Clock::duration idle = std::chrono::milliseconds(30)) {
  std::size_t count = 0;
  while (count < enough) {
    auto happened = worker.run_once(idle);
    if (happened == 0) break;
    count += happened;
  }
  return count;
}

// What a started task has come to.
template <class T>
struct Outcome {
  std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> value;
  std::exception_ptr exception;
  bool ended() const { return value || exception; }
};

template <class T>
Task<> keep_outcome(Task<T> task, Outcome<T>& outcome) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await task;
      outcome.value.emplace();
    } else {
      outcome.value.emplace(co_await task);
    }
  } catch (...) {
    outcome.exception = std::current_exception();
  }
}

// Starts a task beside others; `outcome` must live until it has ended.
template <class T>
void start_task(Task<T> task, Outcome<T>& outcome) {
  spawn(keep_outcome(std::move(task), outcome));
}

template <class T>
T run_task(Worker& worker, Task<T> task) {
  Outcome<T> outcome;
  start_task(std::move(task), outcome);
  REQUIRE(run_until(worker, [&] { return outcome.ended(); }));
  if (outcome.exception) std::rethrow_exception(outcome.exception);
  if constexpr (!std::is_void_v<T>) return std::move(*outcome.value);
}

}  // namespace otoroshi::test
