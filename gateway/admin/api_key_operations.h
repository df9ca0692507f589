// What API keys have besides the operations of all kinds (facts C1): their quotas, and a credential in one
// text.
#pragma once

#include <memory>

#include "gateway/admin/admin_routes.h"
#include "gateway/admin/entity_backend.h"
#include "gateway/tunnel/quotas.h"

namespace otoroshi::gateway {

// `quotas` outlives the operations.
void add_api_key_operations(AdminRoutes& routes, const std::shared_ptr<const EntityBackend>& backend,
                            Quotas& quotas);

}  // namespace otoroshi::gateway
