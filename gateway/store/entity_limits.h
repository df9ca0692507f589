// How much of an entity is taken, whatever brings it. (pure)
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

#include "common/base/result.h"
#include "common/json/parse.h"
#include "gateway/store/entity_kinds.h"

namespace otoroshi::gateway {

inline constexpr std::size_t max_entity_bytes = 4 * 1024 * 1024;
// Less than a document may have: an entity stands in lists, exports and the lines of both.
inline constexpr std::size_t max_entity_depth = max_json_depth - 4;

// `written`: the entity's JSON as it will be stored and shown. With its defaults it may be longer than what
// was sent, and patches may let it grow bit by bit: it would be shown and could not be sent back.
Problems beyond_limits(std::string_view written);

// Every reason to refuse an entity that comes in, by a request or a file.
template <class Entity>
Problems reasons_to_refuse(const EntityKind<Entity>& kind, const Entity& entity) {
  auto problems = kind.check(entity);
  std::ranges::move(beyond_limits(entity_to_json(kind.description(), entity)), std::back_inserter(problems));
  return problems;
}

}  // namespace otoroshi::gateway
