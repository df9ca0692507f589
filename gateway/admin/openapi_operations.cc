#include "gateway/admin/openapi_operations.h"

#include <memory>
#include <string>

#include "common/json/writer.h"
#include "gateway/admin/admin_context.h"
#include "gateway/admin/answers.h"
#include "gateway/admin/entity_resource.h"
#include "gateway/admin/openapi_document.h"

namespace otoroshi::gateway {
namespace {

// Otoroshi's description of the kinds of entities.
std::string kinds_json(bool with_schemas) {
  JsonWriter json;
  json.begin_object().key("version").text(OTOROSHI_VERSION).key("resources").begin_list();
  for (const auto& resource : entity_resources()) {
    const auto& api = resource->names().api;
    json.begin_object().key("kind").text(api.kind).key("group").text(api.group);
    json.key("singular_name").text(api.singular).key("plural_name").text(api.plural);
    json.key("version").begin_object().key("name").text("v1").key("served").boolean(true);
    json.key("deprecated").boolean(false).key("storage").boolean(true);
    if (with_schemas) json.key("schema").value(parse_json(resource->schema()).value());
    json.end_object().end_object();
  }
  return json.end_list().end_object().take();
}

}  // namespace

void add_openapi_operations(AdminRoutes& routes) {
  routes.add({.method = "GET",
              .path = "/apis/entities",
              .answer =
                  [](const AdminRequest& request) {
                    return json_answer(200, kinds_json(request.parameter("schema") != "false"));
                  },
              .tag = "description",
              .summary = "The kinds of entities",
              .id = "kinds",
              .query = {"schema"}});
  // Written once all operations are known, itself included: the handler needs the table no more.
  const auto document = std::make_shared<std::string>();
  routes.add({.method = "GET",
              .path = "/apis/openapi.json",
              .answer = [document](const AdminRequest&) { return json_answer(200, *document); },
              .tag = "description",
              .summary = "This document",
              .id = "openapi"});
  *document = openapi_document(routes.operations(), OTOROSHI_VERSION);
}

void add_openapi_operations(AdminRoutes& routes, AdminContext&) {
  add_openapi_operations(routes);
}

}  // namespace otoroshi::gateway
