#include "gateway/admin/admin.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "common/text/host_port.h"

namespace otoroshi::gateway {
namespace {

std::string where_the_key_is(const GatewayConfig& config) {
  if (!config.admin.client_secret.empty()) return "its key is in the settings";
  return "its key is in " + admin_key_file(config.data_dir);
}

AdminRoutes all_operations(AdminContext& context) {
  AdminRoutes routes;
  add_entity_operations(routes, context);
  add_exchange_operations(routes, context);
  add_health_operations(routes, context);
  add_metrics_operations(routes, context);
  add_connection_operations(routes, context);
  add_openapi_operations(routes, context);  // of all the others
  return routes;
}

}  // namespace

Result<std::unique_ptr<Admin>> Admin::open(AdminContext context) {
  const auto& settings = context.config.admin;
  auto key = AdminKey::find(context.config);
  if (!key) return std::unexpected(key.error());
  std::unique_ptr<Admin> admin(new Admin(context, std::move(*key)));
  auto server = AdminServer::open(context.control, settings, admin->api_);
  if (!server) return std::unexpected(server.error());
  admin->server_ = std::move(*server);
  spdlog::info("the admin API is on {}://{}; {}", settings.certificate.empty() ? "http" : "https",
               to_text(HostPort{settings.address, admin->server_->port()}), where_the_key_is(context.config));
  return admin;
}

Admin::Admin(AdminContext context, AdminKey key)
    : context_(context),
      api_(context.control, all_operations(context_), {std::move(key), context.config.metrics.open}) {}

void Admin::reload() {
  if (auto reloaded = server_->reload_certificate(); !reloaded)
    spdlog::error("{}; the certificate that is in use stays", reloaded.error().sentence);
}

}  // namespace otoroshi::gateway
