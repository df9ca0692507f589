#include "gateway/admin/kind_operations.h"

#include <string>
#include <utility>

#include "common/json/patch.h"
#include "gateway/admin/answers.h"
#include "gateway/admin/entity_bulk.h"
#include "gateway/admin/entity_list.h"
#include "gateway/admin/media_types.h"
#include "gateway/admin/new_entity.h"
#include "gateway/admin/request_body.h"
#include "gateway/admin/single_entity.h"

namespace otoroshi::gateway {
namespace {

AdminResponse count_answer(const EntityResource& resource, const Entities& entities) {
  JsonWriter json;
  json.begin_object().key("count").number(resource.count(entities)).end_object();
  return json_answer(200, json.take());
}

// The operations of one kind in one family, row by row.
class Rows {
 public:
  Rows(AdminRoutes& routes, const EntityResource& resource, std::shared_ptr<const EntityBackend> backend,
       ApiFamily family)
      : routes_(routes),
        resource_(resource),
        backend_(std::move(backend)),
        family_(family),
        noun_(resource.names().noun),
        one_((noun_.front() == 'A' ? "an " : "a ") + noun_),
        kind_(resource.names().api.kind) {
    const auto& api = resource.names().api;
    path_ = family == ApiFamily::plain
                ? std::string("/api/").append(api.path)
                : std::string("/apis/").append(api.group).append("/v1/").append(api.plural);
  }

  void add_list() {
    auto row = operation("GET", "", "list", "Lists " + noun_ + "s: pages, conditions, order, fields");
    row.query = {"page", "pageSize", "filtered", "sorted", "fields", "reveal"};
    row.response_schema = kind_ + "List";
    row.answer = [&resource = resource_, backend = backend_](const AdminRequest& request) {
      return list_answer(request, resource, backend->entities());
    };
    routes_.add(std::move(row));
  }

  void add_single() {
    add_one("POST", "", "create", "Creates " + one_, &SingleEntity::create, 201);
    add_one("GET", "/:id", "get", "Gives " + one_, &SingleEntity::get);
    add_one("PUT", "/:id", "replace", "Replaces " + one_, &SingleEntity::replace);
    add_one("PATCH", "/:id", "patch", "Changes " + one_ + " (RFC 6902, RFC 7396)", &SingleEntity::patch);
    add_one("DELETE", "/:id", "delete", "Deletes " + one_, &SingleEntity::remove);
    if (family_ == ApiFamily::generic)
      add_one("POST", "/:id", "upsert", "Replaces or creates " + one_, &SingleEntity::upsert);
  }

  void add_bulk(const char* method, BulkVerb verb, const char* name, const char* what) {
    auto row = operation(method, "/_bulk", name, std::string(what).append(" many ").append(noun_) + "s");
    row.query = {"_group"};
    row.request_schema = "Lines";
    row.request_type = row.response_type = ndjson_type;
    row.response_schema = "Lines";
    row.max_body = max_bulk_bytes;
    row.answer = [verb, &resource = resource_, backend = backend_,
                  family = family_](const AdminRequest& request) {
      return bulk_answer(request, verb, resource, *backend, family);
    };
    routes_.add(std::move(row));
  }

  void add_schema() {
    auto row = operation("GET", "/_schema", "schemaOf", "The JSON Schema of " + one_);
    row.answer = [&resource = resource_](const AdminRequest&) { return json_answer(200, resource.schema()); };
    routes_.add(std::move(row));
  }

  void add_template(const char* method, const char* name) {
    auto row = operation(method, "/_template", name, "A template: " + one_ + " to begin with");
    if (row.method == "POST") row.request_schema = kind_;
    row.response_schema = kind_;
    row.answer = [&resource = resource_](const AdminRequest& request) {
      return template_answer(request, resource);
    };
    routes_.add(std::move(row));
  }

  void add_count() {
    auto row = operation("GET", "/_count", "count", "How many " + noun_ + "s there are");
    row.answer = [&resource = resource_, backend = backend_](const AdminRequest&) {
      return count_answer(resource, backend->entities());
    };
    routes_.add(std::move(row));
  }

  // 204. (Sessions have it in the other family, too, with another answer.)
  void add_delete_all() {
    auto row = operation("DELETE", "", "deleteAll", "Deletes all " + noun_ + "s");
    row.query = own_parameters();
    row.success = 204;
    row.answer = [&resource = resource_, backend = backend_](const AdminRequest& request) {
      auto answer = remove_all(request, resource, *backend);
      return answer ? AdminResponse{.status = 204, .body = "", .headers = {}} : answer.error();
    };
    routes_.add(std::move(row));
  }

 private:
  using Answer = AdminResponse (SingleEntity::*)(const AdminRequest&) const;

  Operation operation(const char* method, const char* path, const std::string& name, std::string summary) {
    return {.method = method,
            .path = path_ + path,
            .answer = {},
            .tag = std::string(resource_.names().api.plural),
            .summary = std::move(summary),
            .id = name + kind_ + (family_ == ApiFamily::generic ? "V1" : "")};
  }

  void add_one(const char* method, const char* path, const char* name, std::string summary, Answer answer,
               int success = 200) {
    auto row = operation(method, path, name, std::move(summary));
    const bool is_change = row.method != "GET";
    if (row.method == "PATCH")
      row.request_schema = "Patch";
    else if (is_change && row.method != "DELETE")
      row.request_schema = kind_;
    row.response_schema = row.method == "DELETE" ? "Deleted" : kind_;
    row.query = is_change ? own_parameters() : std::vector<std::string>{"reveal"};
    row.success = success;
    row.answer = [answer, backend = backend_, single = SingleEntity(resource_, *backend_, family_)](
                     const AdminRequest& request) { return (single.*answer)(request); };
    routes_.add(std::move(row));
  }

  std::vector<std::string> own_parameters() const {
    if (resource_.names().section == "tcpServices") return {"drain"};
    if (resource_.names().section == "certificates") return {"enrich"};
    return {};
  }

  AdminRoutes& routes_;
  const EntityResource& resource_;
  std::shared_ptr<const EntityBackend> backend_;
  ApiFamily family_;
  std::string noun_, one_, kind_, path_;  // "route", "a route", "Route", "/api/routes"
};

}  // namespace

std::expected<void, AdminResponse> remove_all(const AdminRequest& request, const EntityResource& resource,
                                              const EntityBackend& backend) {
  const auto drain = drain_asked(request);
  if (!drain) return std::unexpected(drain.error());
  const auto draft = resource.draft(backend.entities());
  draft->remove_all();
  if (auto changed = backend.change(*draft, *drain); !changed)
    return std::unexpected(refused_answer(changed.error(), backend.entities(), resource.names().section, ""));
  return {};
}

AdminResponse template_answer(const AdminRequest& request, const EntityResource& resource) {
  const auto example = template_of(resource);
  if (request.method != "POST" || request.body.empty()) return json_answer(200, example);
  const auto wishes = json_body(request);
  if (!wishes) return wishes.error();
  const auto merged = merge_patched(*parse_json(example), *wishes);
  auto entity = resource.with_all_fields(merged);
  if (!entity) return problems_answer(400, "bad_format", entity.error());
  return json_answer(200, std::move(*entity));
}

void add_kind_operations(AdminRoutes& routes, const EntityResource& resource,
                         std::shared_ptr<const EntityBackend> backend, ApiFamily family) {
  Rows rows(routes, resource, std::move(backend), family);
  rows.add_list();
  rows.add_single();
  rows.add_bulk("POST", BulkVerb::create, "bulkCreate", "Creates");
  rows.add_bulk("PUT", BulkVerb::replace, "bulkReplace", "Replaces");
  rows.add_bulk("PATCH", BulkVerb::patch, "bulkPatch", "Changes");
  rows.add_bulk("DELETE", BulkVerb::remove, "bulkDelete", "Deletes");
  rows.add_schema();
  rows.add_template("GET", "templateOf");
  rows.add_template("POST", "templateFrom");
  if (family == ApiFamily::plain) return;
  rows.add_count();
  rows.add_delete_all();
}

}  // namespace otoroshi::gateway
