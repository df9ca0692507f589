// The operations that every kind of entities has, in the two families of paths (facts C6).
#pragma once

#include <expected>
#include <memory>

#include "gateway/admin/admin_routes.h"
#include "gateway/admin/entity_answers.h"
#include "gateway/admin/entity_backend.h"

namespace otoroshi::gateway {

// The operations keep the backend; `resource` outlives them.
void add_kind_operations(AdminRoutes& routes, const EntityResource& resource,
                         std::shared_ptr<const EntityBackend> backend, ApiFamily family);

// Deletes all entities of the kind; the error is the answer that says why not.
std::expected<void, AdminResponse> remove_all(const AdminRequest& request, const EntityResource& resource,
                                              const EntityBackend& backend);

// The answer to GET and POST `_template`: an entity to begin with, with the wishes of the body put over it.
AdminResponse template_answer(const AdminRequest& request, const EntityResource& resource);

}  // namespace otoroshi::gateway
