// The types of bodies that the admin API takes and gives. (pure)
#pragma once

#include <string>
#include <string_view>

#include "gateway/admin/admin_http.h"

namespace otoroshi::gateway {

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view ndjson_type = "application/x-ndjson";  // one JSON document a line

// The type in a header such as Content-Type, without parameters and in lower case; "": there is none.
std::string media_type(const AdminRequest& request, std::string_view lower_case_header = "content-type");

// Whether `Accept` names application/x-ndjson and nothing else.
bool wants_lines(const AdminRequest& request);

}  // namespace otoroshi::gateway
