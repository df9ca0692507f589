// What a connection finds on its worker, and what all workers share.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "common/net/resolver.h"
#include "common/net/tcp_stream.h"
#include "common/net/tls_context.h"
#include "common/net/worker.h"
#include "gateway/config/gateway_config.h"
#include "gateway/connection/connection_registry.h"
#include "gateway/connection/service_counts.h"
#include "gateway/events/event_sink.h"
#include "gateway/events/snowflake.h"
#include "gateway/metrics/connection_metrics.h"
#include "gateway/tunnel/jwks.h"
#include "gateway/tunnel/quotas.h"
#include "gateway/tunnel/tunnel_table.h"

namespace otoroshi::gateway {

// One object for all workers; every member may be used from any thread. Outlives the workers.
struct SharedContext {
  const GatewayConfig& config;
  Resolver& resolver;
  Jwks& jwks;
  EventSink& events;
  const TlsClientContext& upstream_tls;
  bool splice = true;
  std::size_t connection_limit = 0;            // limits.maxConnections, or as many as descriptors allow
  std::atomic<std::size_t> connections = 0;    // live ones, of all workers
  std::atomic<unsigned> paused_listeners = 0;  // that wait for descriptors or for connections to end
  ServiceCounts service_counts = {};
  Quotas tunnel_quotas = {};

  std::string limit_reached() const {
    auto limit = std::to_string(connection_limit);
    if (config.limits.max_connections != 0) return "limits.maxConnections (" + limit + ") is reached";
    return limit +
           " connections are open, more would need a higher limit of descriptors (ulimit -n, LimitNOFILE)";
  }
  SocketOptions socket_options() const { return {static_cast<int>(config.limits.socket_buffer)}; }
};

// One a worker; its thread only.
struct WorkerContext {
  WorkerContext(SharedContext& shared_context, std::uint32_t number) : shared(shared_context), ids(number) {}

  SharedContext& shared;
  SnowflakeIds ids;
  Worker worker;
  ConnectionRegistry registry;
  ConnectionMetrics metrics;
  unsigned cancels_running = 0;      // PostgreSQL CancelRequests that are being passed on
  CertificateStorePtr certificates;  // for the next handshake
  TunnelTablePtr tunnels;            // by which live tunnels go on; null: there can be none
  unsigned next_target = 0;          // of a tunnel's route, in turn
};

}  // namespace otoroshi::gateway
