// Accepting connections of one (interface, port) on one worker. Lives on that worker's thread.
#pragma once

#include "common/net/accept_loop.h"
#include "gateway/connection/worker_context.h"
#include "gateway/store/snapshot.h"

namespace otoroshi::gateway {

class Acceptor {
 public:
  // `listening` is a non-blocking socket in LISTEN state. `port` serves the connections until serve_by().
  // Destroying the acceptor accepts what the queue holds, then closes; accepted connections live on.
  Acceptor(WorkerContext& context, SocketHandle listening, ServedPortPtr port);

  void serve_by(ServedPortPtr port);

 private:
  class PortAcceptance;
  Acceptor(WorkerContext& context, SocketHandle listening, std::unique_ptr<PortAcceptance> acceptance);

  PortAcceptance& acceptance_;  // the loop's
  AcceptLoop loop_;
};

}  // namespace otoroshi::gateway
