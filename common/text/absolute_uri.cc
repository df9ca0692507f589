#include "common/text/absolute_uri.h"

#include <algorithm>

#include "common/text/ascii.h"

namespace otoroshi {
namespace {

constexpr std::string_view separator = "://";

bool is_scheme_character(char c) {
  return is_alphanumeric(c) || c == '+' || c == '-' || c == '.';
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_alphanumeric(text[0]) && !is_digit(text[0]) &&
         std::ranges::all_of(text, is_scheme_character);
}

}  // namespace

std::optional<AbsoluteUri> split_uri(std::string_view text) {
  const auto end = text.find(separator);
  if (end == text.npos || !is_scheme(text.substr(0, end))) return std::nullopt;
  return AbsoluteUri{text.substr(0, end), text.substr(end + separator.size())};
}

}  // namespace otoroshi
