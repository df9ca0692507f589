// Task<T>: a coroutine that starts when it is awaited and resumes whoever awaited it when it ends.
//
// Why not asio::awaitable: every asynchronous operation that it awaits allocates a coroutine frame, two
// branches side by side allocate a parallel group, and only Asio's own operations can be awaited. A parked
// connection costs about twice the memory. Here a wait is a few words inside the frame that waits
// (net/wait.h).
//
// A Task runs on the thread that resumes it; in this project that is its worker's. It owns its frame:
// destroying a Task that has not ended destroys the frame and everything in it.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace otoroshi {

template <class T = void>
class Task;

namespace detail {

struct PromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();
  unsigned* siblings = nullptr;  // tasks of the same both() that have not ended yet
  std::exception_ptr exception;

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      auto& promise = ended.promise();
      if (promise.siblings && --*promise.siblings > 0) return std::noop_coroutine();
      return promise.continuation;
    }
    void await_resume() noexcept {}
  };

  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;

  Task<T> get_return_object();
  template <class U>
  void return_value(U&& returned) {
    value.emplace(std::forward<U>(returned));
  }
  T take() {
    if (exception) std::rethrow_exception(exception);
    return std::move(*value);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() {}
  void take() {
    if (exception) std::rethrow_exception(exception);
  }
};

class Both;

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  Handle await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().continuation = awaiting;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  friend detail::Both;
  Handle handle_;
};

namespace detail {

template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

// The awaiter of both(): counts itself too, so that two tasks that end at once do not resume a coroutine that
// has not suspended yet.
class Both {
 public:
  Both(Task<> first, Task<> second) : first_(std::move(first)), second_(std::move(second)) {}
  Both(const Both&) = delete;
  Both& operator=(const Both&) = delete;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiting) {
    for (auto* task : {&first_, &second_}) {
      task->handle_.promise().continuation = awaiting;
      task->handle_.promise().siblings = &running_;
      task->handle_.resume();
    }
    return --running_ > 0;
  }
  void await_resume() {
    first_.await_resume();
    second_.await_resume();
  }

 private:
  Task<> first_;
  Task<> second_;
  unsigned running_ = 3;
};

// A coroutine that nobody awaits and that frees itself.
struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

}  // namespace detail

// `co_await both(a, b)`: runs two tasks side by side on this thread and goes on when both have ended.
inline detail::Both both(Task<> first, Task<> second) {
  return {std::move(first), std::move(second)};
}

// Starts a task that nobody waits for. The task must not throw.
inline void spawn(Task<> task) {
  [](Task<> owned) -> detail::Detached { co_await owned; }(std::move(task));
}

}  // namespace otoroshi
