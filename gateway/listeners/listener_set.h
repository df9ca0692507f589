// Opens and closes listening sockets when the snapshot changes. Control thread only; the workers accept.
#pragma once

#include <expected>
#include <map>
#include <vector>

#include "gateway/listeners/accepting_worker.h"
#include "gateway/store/snapshot.h"

namespace otoroshi::gateway {

class ListenerSet {
 public:
  // Sockets that listen already and that nobody accepts from yet, one for each worker.
  using Opened = std::map<ListenAddress, std::vector<SocketHandle>>;

  struct CannotListen {
    ListenAddress address;
    Error error;  // address_in_use: the address, the reason, and which program holds it
  };

  explicit ListenerSet(AcceptingWorkers& workers) : workers_(workers) {}

  // The first half of a change, which may fail: opens what the snapshot adds, or tells all that cannot be
  // opened. Dropping what was opened undoes it.
  std::expected<Opened, std::vector<CannotListen>> open(const Snapshot& snapshot) const;

  // The second half: what was opened is accepted from, what is gone closes, the others only get their new
  // ServedPort. Returns once all workers serve by the snapshot. Without memory for it it throws, and nothing
  // has changed.
  void serve_by(const Snapshot& snapshot, Opened opened);

  // Stops accepting everywhere, for ever: live connections go on, by the rules of snapshots that still come.
  // Returns when it is done.
  void close_all();

 private:
  AcceptingWorkers& workers_;
  std::map<ListenAddress, ServedPortPtr> open_;
  bool is_closed_ = false;
};

}  // namespace otoroshi::gateway
