// The operations on entities: those that all kinds have (kind_operations.h), and the few besides.
#pragma once

#include <memory>

#include "gateway/admin/admin_routes.h"
#include "gateway/admin/entity_backend.h"

namespace otoroshi::gateway {

// What add_entity_operations() of admin_context.h does, with what is changed in the caller's hands.
void add_entity_operations(AdminRoutes& routes, const std::shared_ptr<const EntityBackend>& backend);

}  // namespace otoroshi::gateway
