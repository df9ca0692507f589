// Opens and closes listening sockets when the snapshot changes. Control thread only; the workers accept.
#pragma once

#include <map>

#include "gateway/listeners/accepting_worker.h"
#include "gateway/store/snapshot.h"

namespace otoroshi::gateway {

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
