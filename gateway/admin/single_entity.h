// The operations on one entity: get, create, replace, patch, delete (facts C6).
#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include "common/json/parse.h"
#include "gateway/admin/entity_answers.h"
#include "gateway/admin/entity_backend.h"

namespace otoroshi::gateway {

// One kind of entities in one family of paths. Cheap to copy; what it refers to outlives it. Entities of the
// path are named by its parameter "id".
class SingleEntity {
 public:
  SingleEntity(const EntityResource& resource, const EntityBackend& backend, ApiFamily family)
      : resource_(&resource), backend_(&backend), family_(family) {}

  AdminResponse get(const AdminRequest& request) const;
  AdminResponse create(const AdminRequest& request) const;   // 201; its id is taken: entity_exists()
  AdminResponse replace(const AdminRequest& request) const;  // 200; 404
  // 200; 404. By RFC 6902, RFC 7396 or Otoroshi's dotted form, as type and shape of the body tell.
  AdminResponse patch(const AdminRequest& request) const;
  // Replaces, 200, or creates, 201; the header Otoroshi-Entity-Updated says whether anything is different
  // now.
  AdminResponse upsert(const AdminRequest& request) const;
  AdminResponse remove(const AdminRequest& request) const;  // 200; 404

 private:
  using Index = std::size_t;
  using Body = std::expected<JsonDocument, AdminResponse>;

  bool is_session() const { return resource_->names().section == "appSessions"; }
  // The index of the entity of the path, or why it must not be changed: it is not there, If-Match.
  std::expected<Index, AdminResponse> find_for_change(const AdminRequest& request) const;
  Body entity_body(const AdminRequest& request) const;
  // The body with the path's id. An answer 400: it has another one.
  Body body_with_id_of_path(const AdminRequest& request) const;
  AdminResponse write(const AdminRequest& request, const JsonValue& entity, int status) const;
  // A new session's answer carries, this once, the token that its owner opens tunnels with.
  void add_token(std::string_view session_id, AdminResponse& answer, Problems& warnings) const;

  const EntityResource* resource_;
  const EntityBackend* backend_;
  ApiFamily family_;
};

}  // namespace otoroshi::gateway
