// How much of an entity is taken, whatever brings it. (pure)
#pragma once

#include <cstddef>
#include <string_view>

#include "common/base/result.h"
#include "common/json/parse.h"

namespace otoroshi::gateway {

inline constexpr std::size_t max_entity_bytes = 4 * 1024 * 1024;
// Less than a document may have: an entity stands in lists, exports and the lines of both.
inline constexpr std::size_t max_entity_depth = max_json_depth - 4;

// `written`: the entity's JSON as it will be stored and shown. With its defaults it may be longer than what
// was sent, and patches may let it grow bit by bit: it would be shown and could not be sent back.
Problems beyond_limits(std::string_view written);

}  // namespace otoroshi::gateway
