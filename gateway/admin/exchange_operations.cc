#include "gateway/admin/exchange_operations.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include "common/json/writer.h"
#include "gateway/admin/admin_context.h"
#include "gateway/admin/answers.h"
#include "gateway/admin/entity_answers.h"
#include "gateway/admin/exchange.h"
#include "gateway/admin/media_types.h"

namespace otoroshi::gateway {
namespace {

constexpr std::size_t max_import_bytes = 64 * 1024 * 1024;

AdminResponse export_answer(const AdminRequest& request, const Entities& entities) {
  const auto secrets = secrets_asked(request);
  if (wants_lines(request))
    return {.status = 200,
            .body = export_lines(entities, secrets),
            .content_type = std::string(ndjson_type),
            .headers = {}};
  return json_answer(200, export_document(entities, secrets, std::chrono::system_clock::now()));
}

bool is_in_lines(const AdminRequest& request) {
  return media_type(request) == ndjson_type || media_type(request, "x-content-type") == ndjson_type;
}

std::string import_report(const ImportedDocument& imported) {
  const auto& plan = imported.plan;
  JsonWriter json;
  json.begin_object().key("done").boolean(true);
  json.key("added").number(plan.added).key("changed").number(plan.changed);
  json.key("removed").number(plan.removed).key("unchanged").number(plan.unchanged);
  json.key("kept").begin_object();
  json.key("appSessions").number(plan.entities.tunnel.sessions.size());
  json.key("sections").begin_list();
  for (const auto& [name, text] : plan.entities.other_sections) json.text(name);
  json.end_list().end_object();
  write_problems(imported.warnings, json.key("warnings"));
  return json.end_object().take();
}

AdminResponse import_answer(const AdminRequest& request, const EntityBackend& backend) {
  if (request.body.size() > max_import_bytes)
    return error_answer(413, "too_large", "an import has at most 64 MiB");
  const auto drain = drain_asked(request);
  if (!drain) return drain.error();
  std::expected<std::string, Problems> lines_as_document;
  const bool in_lines = is_in_lines(request);
  if (in_lines) lines_as_document = document_of_lines(request.body);
  if (!lines_as_document) return problems_answer(400, "bad_format", lines_as_document.error());
  auto imported = plan_replacement(in_lines ? *lines_as_document : request.body, backend.entities());
  if (!imported) return problems_answer(400, "bad_format", imported.error());
  if (auto changed = backend.change(imported->plan.entities, *drain); !changed)
    return refused_answer(changed.error().code, imported->places.locate(changed.error().problems));
  return json_answer(200, import_report(*imported));
}

}  // namespace

void add_exchange_operations(AdminRoutes& routes, const std::shared_ptr<const EntityBackend>& backend) {
  routes.add(
      {.method = "GET",
       .path = "/api/otoroshi.json",
       .answer =
           [backend](const AdminRequest& request) { return export_answer(request, backend->entities()); },
       .tag = "export",
       .summary = "Exports all entities but sessions",
       .id = "exportAll",
       .query = {"reveal"},
       .response_schema = "Export"});
  const auto add_import = [&](const char* path, const char* id) {
    routes.add({.method = "POST",
                .path = path,
                .answer = [backend](const AdminRequest& request) { return import_answer(request, *backend); },
                .tag = "export",
                .summary = "Replaces all entities but sessions by those of an export",
                .id = id,
                .query = {"drain"},
                .request_schema = "Export",
                .response_schema = "ImportReport",
                .max_body = max_import_bytes});
  };
  add_import("/api/otoroshi.json", "importAll");
  add_import("/api/import", "importFile");
}

void add_exchange_operations(AdminRoutes& routes, AdminContext& context) {
  add_exchange_operations(routes, make_backend(context));
}

}  // namespace otoroshi::gateway
