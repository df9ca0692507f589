#include "gateway/admin/entity_operations.h"

#include <memory>
#include <string>

#include "gateway/admin/admin_context.h"
#include "gateway/admin/answers.h"
#include "gateway/admin/api_key_operations.h"
#include "gateway/admin/kind_operations.h"

namespace otoroshi::gateway {
namespace {

using BackendPtr = std::shared_ptr<const EntityBackend>;

// Otoroshi's other paths of the template of TCP services.
void add_service_templates(AdminRoutes& routes) {
  const auto& services = *resource_of_section("tcpServices");
  const auto add = [&](const char* path, const char* id) {
    routes.add(
        {.method = "GET",
         .path = path,
         .answer = [&services](const AdminRequest& request) { return template_answer(request, services); },
         .tag = "tcp-services",
         .summary = "A service to begin with",
         .id = id,
         .response_schema = "TcpService"});
  };
  add("/api/tcp/_template", "templateOfTcpServiceShort");
  add("/api/new/tcp/service", "newTcpService");
}

// Sessions of one authentication module end.
AdminResponse end_sessions_of(std::string_view module, const EntityBackend& backend) {
  auto wanted = backend.entities();
  std::erase_if(wanted.tunnel.sessions,
                [module](const auto& session) { return session->auth_config_id == module; });
  if (auto changed = backend.change(std::move(wanted), std::nullopt); !changed)
    return refused_answer(changed.error(), backend.entities(), "appSessions", "");
  return json_answer(200, R"({"done":true})");
}

void add_session_operations(AdminRoutes& routes, const BackendPtr& backend) {
  const auto& sessions = *resource_of_section("appSessions");
  routes.add({.method = "DELETE",
              .path = "/api/apps-sessions",
              .answer =
                  [&sessions, backend](const AdminRequest& request) {
                    auto removed = remove_all(request, sessions, *backend);
                    return removed ? json_answer(200, R"({"done":true})") : removed.error();
                  },
              .tag = "apps-sessions",
              .summary = "Ends all sessions",
              .id = "deleteAllAppSession",
              .response_schema = "Deleted"});
  routes.add({.method = "DELETE",
              .path = "/api/apps-sessions-module/:id",
              .answer =
                  [backend](const AdminRequest& request) {
                    return end_sessions_of(request.path_parameter("id"), *backend);
                  },
              .tag = "apps-sessions",
              .summary = "Ends the sessions of an authentication module",
              .id = "deleteAppSessionOfModule",
              .response_schema = "Deleted"});
}

}  // namespace

void add_entity_operations(AdminRoutes& routes, const std::shared_ptr<const EntityBackend>& backend) {
  for (const auto& resource : entity_resources()) {
    add_kind_operations(routes, *resource, backend, ApiFamily::plain);
    add_kind_operations(routes, *resource, backend, ApiFamily::generic);
  }
  add_service_templates(routes);
  add_session_operations(routes, backend);
}

void add_entity_operations(AdminRoutes& routes, AdminContext& context) {
  const auto backend = make_backend(context);
  add_entity_operations(routes, backend);
  add_api_key_operations(routes, backend, context.shared.tunnel_quotas);
}

}  // namespace otoroshi::gateway
