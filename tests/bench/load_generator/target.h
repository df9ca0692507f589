#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "tests/bench/load_generator/event_loop.h"

namespace otoroshi::bench {

// What the target does once it has answered a connection's opening with one byte.
enum class TargetRole {
  echo,    // sends everything back
  sink,    // drops everything
  source,  // waits for one byte, then sends `source_bytes` and its end
};

struct TargetOptions {
  std::uint16_t port = 0;
  TargetRole role = TargetRole::echo;
  std::size_t opening_size = 1;  // bytes that every client sends first; see Entrance::opening()
  std::uint64_t source_bytes = 0;
};

// The server behind the proxy. It never speaks TLS: behind a proxy that terminates TLS it need not, and
// through a PassThrough proxy the clients send a real ClientHello as their opening and plain bytes after it.
class Target : public Watcher {
 public:
  Target(EventLoop& loop, const TargetOptions& options);
  ~Target() override;

  void on_ready(std::uint32_t events) override;  // accepts

  // Connections whose client has ended its direction, and the bytes after the opening that they brought.
  std::uint64_t ended() const { return ended_; }
  std::uint64_t received() const { return received_; }

 private:
  class Connection;

  EventLoop& loop_;
  TargetOptions options_;
  Fd listener_;
  std::uint64_t ended_ = 0;
  std::uint64_t received_ = 0;
  std::unordered_map<int, std::unique_ptr<Connection>> connections_;
};

}  // namespace otoroshi::bench
