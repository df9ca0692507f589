// Accepting connections from one listening socket, for as long as somebody wants them: no client, no burst
// and no shortage of descriptors ends it. Lives on its worker's thread.
#pragma once

#include <asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <string>

#include "common/net/socket_handle.h"
#include "common/net/task.h"
#include "common/net/worker.h"

namespace otoroshi {

// Who takes the connections. Destroyed with the loop, or up to a round of the worker later.
class Acceptance {
 public:
  virtual ~Acceptance() = default;
  // Why no connection can be taken right now; waiting clients stay in the kernel's queue.
  virtual std::optional<std::string> obstacle() { return std::nullopt; }
  virtual void take(SocketHandle socket, const asio::ip::tcp::endpoint& peer) = 0;
  // Accepting pauses because of an obstacle or a shortage of the machine, and goes on. Each may be told again
  // and again.
  virtual void paused(const std::string& why) = 0;
  virtual void resumed() = 0;
};

class AcceptLoop {
 public:
  // `listening` is a non-blocking socket in LISTEN state.
  AcceptLoop(Worker& worker, SocketHandle listening, std::unique_ptr<Acceptance> acceptance);
  // Accepts what the queue holds, then closes. Connections that were taken live on.
  ~AcceptLoop();
  AcceptLoop(const AcceptLoop&) = delete;
  AcceptLoop& operator=(const AcceptLoop&) = delete;

 private:
  struct Listening;
  static Task<> accept_forever(std::shared_ptr<Listening> listening);
  std::shared_ptr<Listening> listening_;
};

}  // namespace otoroshi
