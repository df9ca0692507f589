#include "common/sniff/server_name.h"

#include <algorithm>

#include "common/text/ascii.h"

namespace otoroshi {
namespace {

constexpr std::size_t max_name_bytes = 255;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

}  // namespace

std::optional<std::string> normalised_server_name(std::string_view name) {
  if (name.size() > max_name_bytes || !std::ranges::all_of(name, is_name_character)) return std::nullopt;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) return std::nullopt;
  return ascii_lower(name);
}

}  // namespace otoroshi
