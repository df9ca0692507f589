// A worker: one thread with its own event loop, timers, scratch memory and pipes. A connection lives on one
// worker from accept to close, so nothing on the path of its bytes needs a lock. Only side jobs
// (net/side_job.h) are done on another thread, the assistant's, while the connection waits for them.
#pragma once

#include <atomic>
#include <coroutine>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/bytes.h"
#include "common/net/assistant.h"
#include "common/net/pipe_pool.h"
#include "common/net/reactor.h"
#include "common/net/timer_queue.h"

namespace otoroshi {

class Worker {
 public:
  Worker();
  ~Worker();  // stops and joins

  // Runs the loop on a thread of its own, with an assistant. Throws std::system_error if there can be no
  // further threads.
  void start();
  void stop();  // any thread; the loop ends even if connections are left
  void join();

  // One round of the loop on the calling thread, for tests: waits for at the most `limit` and returns how
  // many things happened.
  std::size_t run_once(Clock::duration limit);

  Reactor& reactor() { return reactor_; }
  TimerQueue& timers() { return timers_; }
  PipePool& pipes() { return pipes_; }

  // Any thread: runs `function` on the worker's thread, in order.
  void post(std::function<void()> function);
  // The same for what was put together beforehand, which cannot fail.
  using Posts = std::list<std::function<void()>>;
  void post(Posts functions) noexcept;

  // Memory shared by all connections of the worker; what is in it is gone after the next suspension.
  // The first is for bytes between a read and the write that follows, the second for WebSocket frames and the
  // third for TLS records on their way out.
  MutableBytes scratch() { return {scratch_.get(), scratch_size}; }
  MutableBytes frame_scratch() { return {frame_scratch_.get(), frame_scratch_size}; }
  MutableBytes record_scratch() { return {record_scratch_.get(), record_scratch_size}; }

  // `co_await worker.yield()`: lets the other connections have their turn. Worker's thread only.
  auto yield() {
    struct Yield {
      Worker& worker;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> sleeper) { worker.yielded_.push_back(sleeper); }
      void await_resume() const noexcept {}
    };
    return Yield{*this};
  }

  // For net/side_job.h; null where a test runs the loop itself.
  Assistant* assistant() { return assistant_ ? &*assistant_ : nullptr; }

 private:
  static constexpr std::size_t scratch_size = 512 * 1024;
  // The head of a frame besides, so that the whole scratch memory leaves in two frames and nothing remains.
  static constexpr std::size_t frame_scratch_size = scratch_size / 2 + 64;
  static constexpr std::size_t record_scratch_size = 288 * 1024;

  std::size_t run_posted();
  std::size_t resume_yielded();
  int timeout_ms(Clock::duration limit) const;

  Reactor reactor_;
  TimerQueue timers_;
  PipePool pipes_;
  std::unique_ptr<std::byte[]> scratch_;
  std::unique_ptr<std::byte[]> frame_scratch_;
  std::unique_ptr<std::byte[]> record_scratch_;
  std::vector<std::coroutine_handle<>> yielded_;
  std::optional<Assistant> assistant_;  // from start() to join()

  std::mutex mutex_;  // guards posted_
  Posts posted_;
  std::atomic<bool> has_posted_ = false;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace otoroshi
