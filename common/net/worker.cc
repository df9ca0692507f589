#include "common/net/worker.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>

namespace otoroshi {

using std::chrono::milliseconds;

namespace {

// Signals are for the main thread: threads that begin meanwhile have all of them blocked.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

Worker::Worker()
    : scratch_(std::make_unique_for_overwrite<std::byte[]>(scratch_size)),
      frame_scratch_(std::make_unique_for_overwrite<std::byte[]>(frame_scratch_size)),
      record_scratch_(std::make_unique_for_overwrite<std::byte[]>(record_scratch_size)) {}

Worker::~Worker() {
  stop();
  join();
}

void Worker::start() {
  const NoSignals inherited;
  assistant_.emplace([this] { reactor_.interrupt(); });
  thread_ = std::thread([this] {
    while (!stopping_) run_once(Clock::duration::max());
  });
}

void Worker::stop() {
  stopping_ = true;
  reactor_.interrupt();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
  assistant_.reset();
}

std::size_t Worker::run_once(Clock::duration limit) {
  auto count = reactor_.wait(timeout_ms(limit));
  count += timers_.expire_due();
  count += run_posted();
  if (assistant_) count += assistant_->finish_done();
  return count + resume_yielded();
}

void Worker::post(std::function<void()> function) {
  Posts functions;
  functions.push_back(std::move(function));
  post(std::move(functions));
}

void Worker::post(Posts functions) noexcept {
  {
    std::lock_guard lock(mutex_);
    posted_.splice(posted_.end(), functions);
  }
  if (!has_posted_.exchange(true)) reactor_.interrupt();
}

std::size_t Worker::run_posted() {
  if (!has_posted_.exchange(false)) return 0;
  Posts functions;
  {
    std::lock_guard lock(mutex_);
    functions.swap(posted_);
  }
  for (auto& function : functions) function();
  return functions.size();
}

std::size_t Worker::resume_yielded() {
  if (yielded_.empty()) return 0;
  std::vector<std::coroutine_handle<>> sleepers;
  sleepers.swap(yielded_);
  for (auto sleeper : sleepers) sleeper.resume();
  auto count = sleepers.size();
  if (yielded_.empty()) {  // keep the memory for the next time
    sleepers.clear();
    yielded_.swap(sleepers);
  }
  return count;
}

int Worker::timeout_ms(Clock::duration limit) const {
  if (!yielded_.empty() || has_posted_ || stopping_) return 0;
  auto until_timer = timers_.until_next();
  auto wait = until_timer ? std::min(*until_timer, limit) : limit;
  if (wait == Clock::duration::max()) return -1;
  // Up, so that a timer is due when the wait is over.
  auto rounded = std::chrono::ceil<milliseconds>(wait);
  return static_cast<int>(std::clamp(rounded, milliseconds(0), milliseconds(60'000)).count());
}

}  // namespace otoroshi
