// The description of the admin API for programs (OpenAPI 3.1.0), made of the table of operations and the
// tables of the kinds' fields: what is not in the one or the other is not in here. (pure)
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gateway/admin/admin_routes.h"

namespace otoroshi::gateway {

std::string openapi_document(std::span<const Operation> operations, std::string_view version);

}  // namespace otoroshi::gateway
