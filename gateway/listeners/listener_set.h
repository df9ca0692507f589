// Opens and closes listening sockets when the snapshot changes. Control thread only; the workers accept.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "gateway/connection/worker_context.h"
#include "gateway/listeners/acceptor.h"
#include "gateway/store/snapshot.h"

namespace otoroshi::gateway {

// A worker with what it accepts on. Its members beyond `context` are touched on the worker's thread only.
struct AcceptingWorker {
  AcceptingWorker(SharedContext& shared, std::uint32_t number) : context(shared, number) {}

  WorkerContext context;
  std::map<ListenAddress, Acceptor> acceptors;
};
using AcceptingWorkers = std::vector<std::unique_ptr<AcceptingWorker>>;

class ListenerSet {
 public:
  explicit ListenerSet(AcceptingWorkers& workers) : workers_(workers) {}

  // Brings listeners in line with the snapshot: new ones open, gone ones close, the others only get their new
  // ServedPort. Every socket is bound before anything changes: if one cannot be, nothing changes and the
  // error (address_in_use) names address and reason. Returns once all workers serve by the snapshot.
  Result<void> apply(const Snapshot& snapshot);

  // Stops accepting everywhere. Returns when it is done.
  void close_all();

 private:
  AcceptingWorkers& workers_;
  std::map<ListenAddress, ServedPortPtr> open_;
};

}  // namespace otoroshi::gateway
