// Letter case and character kinds of protocol text. Not <cctype>: its answers depend on the locale. (pure)
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace otoroshi {

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = ascii_lower(c);
  return lower;
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

constexpr bool is_digit(char c) {
  return '0' <= c && c <= '9';
}

constexpr bool is_alphanumeric(char c) {
  return is_digit(c) || ('a' <= ascii_lower(c) && ascii_lower(c) <= 'z');
}

constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// The characters of host names, whatever they are compared with. The underscore is not in DNS's letters but
// is in use.
constexpr bool is_name_character(char c) {
  return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
}

}  // namespace otoroshi
