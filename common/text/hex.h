// Bytes as hexadecimal digits. (pure)
#pragma once

#include <string>
#include <string_view>

namespace otoroshi {

inline constexpr std::string_view lower_hex_digits = "0123456789abcdef";
inline constexpr std::string_view upper_hex_digits = "0123456789ABCDEF";

// Two digits, the high one first.
inline void append_hex(std::string& out, unsigned char byte, std::string_view digits = lower_hex_digits) {
  out += digits[byte >> 4];
  out += digits[byte & 0xf];
}

}  // namespace otoroshi
