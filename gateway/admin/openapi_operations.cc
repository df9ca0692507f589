#include "gateway/admin/admin_context.h"

namespace otoroshi::gateway {

void add_openapi_operations(AdminRoutes&, AdminContext&) {}

}  // namespace otoroshi::gateway
