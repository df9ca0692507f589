// The admin API without HTTP, over entities in memory and without a worker: requests are values, and services
// are to be disabled, since nobody opens their ports.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/parse.h"
#include "gateway/admin/admin_routes.h"
#include "gateway/admin/entity_backend.h"
#include "gateway/store/memory_store.h"
#include "gateway/tunnel/quotas.h"

namespace otoroshi::gateway {

class AdminFixture {
 public:
  AdminFixture();

  // 404 and 405 are the dispatcher's, not the operations': a path that is unknown fails the test.
  AdminResponse ask(std::string method, std::string target, std::string body = "", TextPairs headers = {});
  JsonDocument json(const AdminResponse& answer);

  const Entities& entities() const { return live_.entities(); }
  AdminRoutes& routes() { return routes_; }
  Quotas& quotas() { return quotas_; }
  // Services whose connections were to be ended, with the delay: "db 30000".
  const std::vector<std::string>& drained() const { return drained_; }

 private:
  GatewayConfig config_;
  AcceptingWorkers no_workers_;
  ListenerSet listeners_{no_workers_};
  TlsMaterial tls_{config_};
  LiveEntities live_;
  std::vector<std::string> drained_;
  Quotas quotas_;
  AdminRoutes routes_;
};

std::string header_of(const AdminResponse& answer, std::string_view name);  // "": there is none

}  // namespace otoroshi::gateway
