// While memory is short, the TLS handshake of one client ends the gateway and the connections of all.
// (What a handshake threw on the thread beside the worker's was caught by nobody.)

#include <catch2/catch.hpp>
#include <future>
#include <new>

#include "common/net/side_job.h"
#include "common/net/task.h"

using namespace otoroshi;

namespace {

struct WithoutMemory final : SideJob {
  explicit WithoutMemory(Worker& worker) : SideJob(worker) {}
  void do_work() override { throw std::bad_alloc(); }
};

Task<> wait_for(WithoutMemory& job, std::promise<bool>& thrown) {
  bool was_thrown = false;
  try {
    co_await job.done(Assistant::Urgency::newcomer);
  } catch (const std::bad_alloc&) {
    was_thrown = true;
  }
  thrown.set_value(was_thrown);
}

}  // namespace

TEST_CASE("a lack of memory beside the worker is thrown to who waits for the work, and nobody else") {
  Worker worker;
  WithoutMemory job(worker);
  std::promise<bool> first, second;
  worker.start();
  worker.post([&] { spawn(wait_for(job, first)); });
  CHECK(first.get_future().get());
  worker.post([&] { spawn(wait_for(job, second)); });
  CHECK(second.get_future().get());
  worker.stop();
  worker.join();
}
