#include "common/net/worker.h"

#include <pthread.h>

#include <csignal>

namespace otoroshi {

// One thread runs the loop and touches its sockets, so Asio needs no lock around them; post() stays safe from
// any thread.
Worker::Worker()
    : io_(ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      timers_(io_),
      scratch_(std::make_unique_for_overwrite<std::byte[]>(scratch_size)),
      record_scratch_(std::make_unique_for_overwrite<std::byte[]>(record_scratch_size)) {}

Worker::~Worker() {
  stop();
  join();
}

void Worker::start() {
  thread_ = std::thread([this] {
    // Signals are for the main thread.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    auto keep_running = asio::make_work_guard(io_);
    io_.run();
  });
}

void Worker::stop() {
  io_.stop();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::run_here() {
  io_.run();
}

}  // namespace otoroshi
