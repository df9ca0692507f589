#include "gateway/admin/entity_id.h"

#include <algorithm>

#include "common/text/ascii.h"

namespace otoroshi::gateway {

std::optional<std::string> wrong_id(std::string_view id) {
  if (id.empty()) return "is missing: a text is wanted";
  if (id.size() > longest_id)
    return std::string("is longer than ")
        .append(std::to_string(longest_id))
        .append(" bytes: take a shorter one");
  if (std::ranges::any_of(id, is_control)) return "has a control character in it: leave it out";
  // They stand in the same place of a path: /api/routes/_template.
  if (id.starts_with('_')) return "begins with \"_\", as the names of operations do: take another one";
  // Clients take them out of a path before they send it (RFC 3986 section 5.2.4).
  if (id == "." || id == "..") return "means a place in a path: take another one";
  return std::nullopt;
}

}  // namespace otoroshi::gateway
