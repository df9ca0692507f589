// The forms of answers that all of the admin API shares, in Otoroshi's words (facts C6). (pure)
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/json/writer.h"
#include "gateway/admin/admin_http.h"

namespace otoroshi::gateway {

// A JSON document.
AdminResponse json_answer(int status, std::string json);

// {"error": "not_found", "error_description": "..."}
AdminResponse error_answer(int status, std::string_view error, std::string_view description);

// {"error": "bad_format", "error_description": "/port: ...; ...", "problems": [{"path": ..., "message":
// ...}]}
AdminResponse problems_answer(int status, std::string_view error, const Problems& problems);

// [{"path": "/port", "message": "..."}]
void write_problems(const Problems& problems, JsonWriter& json);

}  // namespace otoroshi::gateway
