#include "gateway/store/entity_limits.h"

#include <algorithm>
#include <string>

namespace otoroshi::gateway {
namespace {

// Of JSON that is known to be good.
std::size_t depth_of(std::string_view json) {
  std::size_t depth = 0, deepest = 0;
  bool in_text = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (in_text && c == '\\')
      ++at;
    else if (c == '"')
      in_text = !in_text;
    else if (!in_text && (c == '{' || c == '['))
      deepest = std::max(deepest, ++depth);
    else if (!in_text && (c == '}' || c == ']'))
      --depth;
  }
  return deepest;
}

}  // namespace

Problems beyond_limits(std::string_view written) {
  Problems problems;
  if (written.size() > max_entity_bytes)
    problems.push_back({"", "has " + std::to_string(written.size()) + " bytes with all its fields: at most " +
                                std::to_string(max_entity_bytes) + " are allowed"});
  if (depth_of(written) > max_entity_depth)
    problems.push_back({"", "more than " + std::to_string(max_entity_depth) +
                                " arrays and objects within each other are not allowed"});
  return problems;
}

}  // namespace otoroshi::gateway
