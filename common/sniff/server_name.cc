#include "common/sniff/server_name.h"

#include <algorithm>
#include <cstddef>

#include "common/text/ascii.h"

namespace otoroshi {
namespace {

constexpr std::size_t max_name_bytes = 255;

}  // namespace

std::optional<std::string> normalised_server_name(std::string_view name) {
  if (name.size() > max_name_bytes || !std::ranges::all_of(name, is_name_character)) return std::nullopt;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) return std::nullopt;
  return ascii_lower(name);
}

}  // namespace otoroshi
