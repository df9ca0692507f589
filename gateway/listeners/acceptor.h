// Accepting connections of one (interface, port) on one worker. Lives on that worker's thread.
#pragma once

#include <memory>

#include "common/net/tcp_stream.h"
#include "gateway/connection/worker_context.h"
#include "gateway/store/snapshot.h"

namespace otoroshi::gateway {

class Acceptor {
 public:
  // `listening` is a non-blocking socket in LISTEN state. `port` serves the connections until serve_by().
  Acceptor(WorkerContext& context, SocketHandle listening, ServedPortPtr port);
  // Accepts what the queue holds, then closes. Connections that were accepted live on.
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  void serve_by(ServedPortPtr port);

 private:
  struct Listening;
  static Task<> accept_forever(std::shared_ptr<Listening> listening);
  std::shared_ptr<Listening> listening_;
};

}  // namespace otoroshi::gateway
