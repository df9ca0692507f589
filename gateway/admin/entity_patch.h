// What a patch makes of an entity (facts C6). (pure)
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "common/json/parse.h"
#include "gateway/admin/admin_http.h"

namespace otoroshi::gateway {

inline constexpr std::string_view json_patch_type = "application/json-patch+json";    // RFC 6902
inline constexpr std::string_view merge_patch_type = "application/merge-patch+json";  // RFC 7396
inline constexpr std::string_view dotted_patch_type = "application/json+oto-patch";   // Otoroshi's own

// The document that the patch asks for, or an answer 400. Without one of the types above, a list is
// operations of RFC 6902 and an object a merge patch.
std::expected<JsonDocument, AdminResponse> patched(std::string_view entity_json, const JsonValue& patch,
                                                   std::string_view type);

}  // namespace otoroshi::gateway
