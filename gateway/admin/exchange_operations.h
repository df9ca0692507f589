// Export and import of all entities.
#pragma once

#include <memory>

#include "gateway/admin/admin_routes.h"
#include "gateway/admin/entity_backend.h"

namespace otoroshi::gateway {

// What add_exchange_operations() of admin_context.h does, with what is changed in the caller's hands.
void add_exchange_operations(AdminRoutes& routes, const std::shared_ptr<const EntityBackend>& backend);

}  // namespace otoroshi::gateway
