#include "common/text/utf8.h"

#include <algorithm>

namespace otoroshi {
namespace {

struct Form {
  unsigned char first_low, first_high;  // range of the first byte
  // Range of the second: this is where overlong forms and surrogates end.
  unsigned char second_low, second_high;
  std::size_t length;
};

// RFC 3629 section 4, line by line.
constexpr Form forms[] = {
    {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
    {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

bool within(char byte, unsigned char low, unsigned char high) {
  const auto value = static_cast<unsigned char>(byte);
  return low <= value && value <= high;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  if (within(text[0], 0x00, 0x7f)) return 1;
  for (const auto& form : forms) {
    if (!within(text[0], form.first_low, form.first_high)) continue;
    if (text.size() < form.length || !within(text[1], form.second_low, form.second_high)) return 0;
    for (const char byte : text.substr(2, form.length - 2)) {
      if (!within(byte, 0x80, 0xbf)) return 0;
    }
    return form.length;
  }
  return 0;
}

std::string_view first_character(std::string_view text) {
  return text.substr(0, std::max<std::size_t>(1, utf8_length(text)));
}

std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size()) {
    const auto character = within(text[length], 0x00, 0x7f) ? 1 : utf8_length(text.substr(length));
    if (character == 0) break;
    length += character;
  }
  return length;
}

}  // namespace otoroshi
