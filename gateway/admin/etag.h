// Entity tags and the conditions that a request makes on them (RFC 9110 sections 8.8.3 and 13.1), so that two
// operators do not overwrite each other's changes. (pure)
#pragma once

#include <string>
#include <string_view>

namespace otoroshi::gateway {

// A strong tag of an entity's JSON text, quotation marks included: "\"9f86d081884c7d659a2feaa0c55ad015\"".
std::string etag_of(std::string_view json);

// Whether the condition If-Match: `wanted` lets a change of an entity with this tag through: "*", or a list
// in which the tag is. Weak tags never match.
bool if_match_holds(std::string_view wanted, std::string_view tag);

// Whether If-None-Match: `known` says that the asker has this very entity. Weak tags count, too.
bool is_known_to(std::string_view known, std::string_view tag);

}  // namespace otoroshi::gateway
