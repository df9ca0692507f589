#include "common/net/assistant.h"

#include <iterator>
#include <utility>

#include "common/net/give_way.h"

namespace otoroshi {
namespace {

constexpr int niceness = 5;  // beside the worker's

}  // namespace

Assistant::Assistant(std::function<void()> has_done)
    : has_done_(std::move(has_done)), thread_([this] { run(); }) {}

Assistant::~Assistant() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Assistant::give(Job& job, Urgency urgency) {
  {
    std::lock_guard lock(mutex_);
    auto& jobs = urgency == Urgency::newcomer ? newcomers_ : served_already_;
    job.place_ = jobs.insert(jobs.end(), &job);
    job.waits_in_ = &jobs;
  }
  changed_.notify_one();
}

void Assistant::withdraw(Job& job) {
  std::lock_guard lock(mutex_);
  if (auto* jobs = std::exchange(job.waits_in_, nullptr)) move_to_done(*jobs, job.place_);
}

std::size_t Assistant::finish_done() {
  Jobs done;
  {
    std::lock_guard lock(mutex_);
    done.swap(done_);
  }
  for (auto* job : done) job->finish();
  return done.size();
}

void Assistant::run() {
  give_way(niceness);
  while (auto* job = next()) {
    job->run();
    {
      std::lock_guard lock(mutex_);
      move_to_done(running_, running_.begin());
    }
    // A worker that has just slept may not interrupt us before the kernel's next tick, up to 4 ms later: that
    // many handshakes long, its connections would wait.
    std::this_thread::yield();
  }
}

Assistant::Job* Assistant::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || !served_already_.empty() || !newcomers_.empty(); });
  if (stopping_) return nullptr;
  auto& jobs = served_already_.empty() ? newcomers_ : served_already_;
  running_.splice(running_.end(), jobs, std::prev(jobs.end()));
  auto* job = running_.front();
  job->waits_in_ = nullptr;
  return job;
}

// By links, so that it cannot lack memory.
void Assistant::move_to_done(Jobs& from, Jobs::iterator job) {
  const bool is_first = done_.empty();
  done_.splice(done_.end(), from, job);
  if (is_first) has_done_();
}

}  // namespace otoroshi
