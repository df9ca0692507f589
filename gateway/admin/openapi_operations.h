// What programs can ask of the API itself: its operations, and the kinds of entities.
#pragma once

#include "gateway/admin/admin_routes.h"

namespace otoroshi::gateway {

// What add_openapi_operations() of admin_context.h does: of the operations that are there by now.
void add_openapi_operations(AdminRoutes& routes);

}  // namespace otoroshi::gateway
