// What the operations of the admin API work on. Lives as long as the gateway; control thread only.
#pragma once

#include <asio/io_context.hpp>

#include "gateway/admin/admin_routes.h"
#include "gateway/config/gateway_config.h"
#include "gateway/listeners/accepting_worker.h"
#include "gateway/store/live_entities.h"

namespace otoroshi::gateway {

struct GatewayState {
  bool started = false;  // every listener is open
  bool draining = false;
};

struct AdminContext {
  const GatewayConfig& config;
  const GatewayState& state;
  LiveEntities& live;
  TlsMaterial& tls;
  SharedContext& shared;
  AcceptingWorkers& workers;  // ask them by on_every_worker()
  asio::io_context& control;  // for timers
};

// Each part of the API adds its operations; `context` outlives `routes`.
void add_entity_operations(AdminRoutes& routes, AdminContext& context);      // entity_operations.cc
void add_exchange_operations(AdminRoutes& routes, AdminContext& context);    // exchange_operations.cc
void add_health_operations(AdminRoutes& routes, AdminContext& context);      // health_operations.cc
void add_metrics_operations(AdminRoutes& routes, AdminContext& context);     // metrics_operations.cc
void add_connection_operations(AdminRoutes& routes, AdminContext& context);  // connection_operations.cc
void add_openapi_operations(AdminRoutes& routes, AdminContext& context);     // openapi_operations.cc; last

}  // namespace otoroshi::gateway
