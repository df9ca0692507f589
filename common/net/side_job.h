// Work that a coroutine has done beside its worker, by the worker's assistant, so that no other connection
// waits for it: arithmetic that takes longer than a connection should wait, such as a TLS handshake's.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

#include "common/net/worker.h"

namespace otoroshi {

// Made and awaited on the worker's thread, one await at a time.
class SideJob : private Assistant::Job {
 public:
  // `co_await job.done(urgency)`: do_work() is called on the assistant's thread, and the coroutine goes on on
  // the worker's. Throws what do_work() threw.
  auto done(Assistant::Urgency urgency) {
    struct Done {
      bool await_ready() {
        if (job.worker_.assistant()) return false;
        job.run();  // in tests that run the loop themselves
        return true;
      }
      void await_suspend(std::coroutine_handle<> sleeper) {
        job.sleeper_ = sleeper;
        job.worker_.assistant()->give(job, urgency);
      }
      void await_resume() {
        if (auto problem = std::exchange(job.problem_, nullptr)) std::rethrow_exception(problem);
      }
      SideJob& job;
      const Assistant::Urgency urgency;
    };
    return Done{*this, urgency};
  }

  // Nobody wants the work any more: if it has not begun it never does. Who awaits it goes on soon either way.
  void withdraw() {
    if (worker_.assistant()) worker_.assistant()->withdraw(*this);
  }

 protected:
  explicit SideJob(Worker& worker) : worker_(worker) {}
  ~SideJob() = default;

  // On the assistant's thread; must not touch what belongs to the worker.
  virtual void do_work() = 0;

 private:
  void run() noexcept final {
    try {
      do_work();
    } catch (...) {  // no memory
      problem_ = std::current_exception();
    }
  }
  void finish() final { sleeper_.resume(); }

  Worker& worker_;
  std::coroutine_handle<> sleeper_;
  std::exception_ptr problem_;
};

}  // namespace otoroshi
