// `otoroshictl tcp-tunnel`: builds the parts, listens (or takes stdin and stdout), and ends in order. Lives
// on the main thread, which handles signals; all connections live on one worker.
#pragma once

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>

#include "common/net/accept_loop.h"
#include "otoroshictl/tcp_tunnel/bridge_connection.h"
#include "otoroshictl/tcp_tunnel/bridge_context.h"
#include "otoroshictl/tcp_tunnel/standard_streams.h"

namespace otoroshi::ctl {

class TcpTunnel {
 public:
  // `descriptors`: how many the process may open.
  TcpTunnel(TunnelOptions options, std::uint64_t descriptors);
  ~TcpTunnel();
  TcpTunnel(const TcpTunnel&) = delete;
  TcpTunnel& operator=(const TcpTunnel&) = delete;

  // Returns once connections are taken, and has said so. On failure nothing listens; bad_input is for exit
  // code 2, address_in_use for 3.
  Result<void> start();

  // Until a signal has come and all connections have ended (a second signal ends them), or until the one
  // connection of --stdio has ended: then how; nullopt: by a signal.
  std::optional<Ending> run();

 private:
  Result<void> make_tls();
  Result<void> listen();
  Result<void> take_standard_streams();
  Task<> carry_standard_streams();  // on the worker
  void watch_signals();
  void stop();
  void wait_for_bridges();
  void abort_bridges(const Error& why);  // any thread

  const TunnelOptions options_;
  const std::uint64_t descriptors_;
  asio::io_context control_;
  asio::signal_set signals_;
  asio::steady_timer timer_;
  bool stopping_ = false;
  std::optional<Clock::time_point> give_up_at_;  // once bridges were aborted

  std::optional<TlsClientContext> tls_;
  Worker worker_;
  Resolver resolver_;  // behind the worker, to whom its threads post until they are joined
  std::optional<BridgeContext> context_;
  std::unique_ptr<AcceptLoop> accepting_;
  std::optional<StandardStreams> standard_streams_;
  std::optional<Ending> ending_;
};

}  // namespace otoroshi::ctl
