#include "common/net/assistant.h"

#include "common/net/give_way.h"

namespace otoroshi {
namespace {

constexpr int niceness = 5;  // beside the worker's

}  // namespace

Assistant::Assistant() : thread_([this] { run(); }) {}

Assistant::~Assistant() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Assistant::give(Job& job) {
  {
    std::lock_guard lock(mutex_);
    jobs_.push_back(&job);
  }
  changed_.notify_one();
}

void Assistant::run() {
  give_way(niceness);
  while (auto* job = next()) {
    job->run();
    job->done();
  }
}

Assistant::Job* Assistant::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
  if (stopping_) return nullptr;
  auto* job = jobs_.front();
  jobs_.pop_front();
  return job;
}

}  // namespace otoroshi
