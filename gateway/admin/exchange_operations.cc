#include "gateway/admin/admin_context.h"

namespace otoroshi::gateway {

void add_exchange_operations(AdminRoutes&, AdminContext&) {}

}  // namespace otoroshi::gateway
