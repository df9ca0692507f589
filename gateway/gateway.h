// Gateway builds the parts, starts them in order, reloads at SIGHUP and drains at SIGTERM. Lives on the main
// thread, which is the control thread: everything that changes what the workers serve by happens here.
#pragma once

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <memory>

#include "common/net/memory_return.h"
#include "gateway/admin/admin.h"
#include "gateway/config/gateway_config.h"
#include "gateway/listeners/listener_set.h"
#include "gateway/store/live_entities.h"
#include "gateway/tls_material.h"

namespace otoroshi::gateway {

class Gateway {
 public:
  // `descriptors`: how many the process may open.
  Gateway(GatewayConfig config, std::uint64_t descriptors);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // Opens every service's listener and says `ready`. On failure nothing is left open; address_in_use is for
  // exit code 3, bad_input for 2.
  Result<void> start();

  // Serves until SIGTERM or SIGINT, then drains. A second signal ends it at once.
  void run();

 private:
  class Sweeper;

  Result<void> serve_first();
  Result<void> import_files();
  Result<void> open_admin();
  void reload();
  void read_again();
  void serve_anew();
  void watch_signals();
  void watch_certificates();
  void watch_memory();
  void drain();
  void wait_for_connections();
  void abort_connections(const std::string& why);

  const GatewayConfig config_;
  const std::uint64_t descriptors_;
  asio::io_context control_;
  asio::signal_set signals_;
  asio::steady_timer certificate_timer_;
  asio::steady_timer memory_timer_;
  MemoryReturn memory_;
  asio::steady_timer drain_timer_;
  Clock::time_point drain_until_{};
  GatewayState state_;

  TlsMaterial tls_;
  std::unique_ptr<EventSink> events_;
  std::unique_ptr<TlsClientContext> upstream_tls_;
  std::unique_ptr<SharedContext> shared_;
  AcceptingWorkers workers_;
  // Behind the workers, to whom their threads post until they are joined.
  Resolver resolver_;
  Jwks jwks_;
  std::vector<std::unique_ptr<Sweeper>> sweepers_;
  ListenerSet listeners_;
  std::unique_ptr<LiveEntities> live_;
  std::unique_ptr<Admin> admin_;  // null: admin.port is 0
};

}  // namespace otoroshi::gateway
