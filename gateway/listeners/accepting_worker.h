// A worker with what it accepts on, and how the control thread asks all workers at once.
#pragma once

#include <latch>
#include <map>
#include <memory>
#include <vector>

#include "gateway/connection/worker_context.h"
#include "gateway/listeners/acceptor.h"
#include "gateway/store/snapshot.h"

namespace otoroshi::gateway {

// Its members beyond `context` are touched on the worker's thread only.
struct AcceptingWorker {
  AcceptingWorker(SharedContext& shared, std::uint32_t number) : context(shared, number) {}

  WorkerContext context;
  std::map<ListenAddress, Acceptor> acceptors;
};
using AcceptingWorkers = std::vector<std::unique_ptr<AcceptingWorker>>;

// Runs function(worker, index) on each worker's thread and returns when all have. Without memory for that it
// throws, and none has been asked: what one was asked refers to what is here. Control thread only.
template <class Function>
void on_every_worker(AcceptingWorkers& workers, Function function) {
  std::latch done(static_cast<std::ptrdiff_t>(workers.size()));
  std::vector<Worker::Posts> questions(workers.size());
  for (std::size_t index = 0; index < workers.size(); ++index) {
    questions[index].push_back([&, index] {
      function(*workers[index], index);
      done.count_down();
    });
  }
  for (std::size_t index = 0; index < workers.size(); ++index) {
    workers[index]->context.worker.post(std::move(questions[index]));
  }
  done.wait();
}

}  // namespace otoroshi::gateway
