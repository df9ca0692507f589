// Character kinds and lists of HTTP's header fields (RFC 9110 section 5). (pure)
#pragma once

#include <string_view>

#include "common/text/ascii.h"

namespace otoroshi {

constexpr bool is_token_character(char c) {  // RFC 9110 section 5.6.2
  return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

// Without the spaces and tabs around it.
constexpr std::string_view trim_http(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Cuts the next element off a list, without the white space around it. For `while (!list.empty())`.
constexpr std::string_view take_element(std::string_view& list, char separator) {
  const auto end = list.find(separator);
  const auto element = trim_http(list.substr(0, end));
  list = end == std::string_view::npos ? std::string_view() : list.substr(end + 1);
  return element;
}

// Whether a comma-separated list names the token, in any letter case.
constexpr bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty())
    if (equal_ignoring_case(take_element(list, ','), token)) return true;
  return false;
}

}  // namespace otoroshi
