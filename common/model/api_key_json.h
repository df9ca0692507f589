// API keys as JSON (Otoroshi's ApiKey, facts C1), both ways. Only types, ranges and allowed values are
// checked here; whether the whole makes sense is for api_key_check.h. The secret is read and written like any
// other text, and never part of a problem.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/model/api_key.h"
#include "common/model/entity_description.h"

namespace otoroshi {

// "authorizedEntities" holds all that a key is good for: the older "authorizedGroup" and "authorizations" are
// read into it and not written, which Otoroshi reads back as the same.
const EntityDescription<ApiKey>& api_key_description();

// The key, or every problem at once. "clientId", "clientSecret" and "clientName" must be there.
std::expected<ApiKey, Problems> parse_api_key(std::string_view json);
std::string to_json(const ApiKey& key);  // compact, with the secret

}  // namespace otoroshi
