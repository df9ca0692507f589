// What every bridge finds on the worker. One object; worker's thread only, unless said otherwise.
#pragma once

#include "common/net/resolver.h"
#include "common/net/tls_context.h"
#include "common/net/worker.h"
#include "otoroshictl/tcp_tunnel/failure_log.h"
#include "otoroshictl/tcp_tunnel/live_bridges.h"
#include "otoroshictl/tcp_tunnel/tunnel_options.h"

namespace otoroshi::ctl {

struct BridgeContext {
  const TunnelOptions& options;
  Worker& worker;
  Resolver& resolver;
  const TlsClientContext* tls;  // null: plain WebSocket
  LiveBridges bridges{worker.timers()};
  FailureLog opening_failures = {};
  FailureLog broken_tunnels = {};
};

}  // namespace otoroshi::ctl
