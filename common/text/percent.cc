#include "common/text/percent.h"

#include <charconv>
#include <system_error>

#include "common/text/ascii.h"
#include "common/text/hex.h"

namespace otoroshi {
namespace {

bool is_unreserved(char c) {
  return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      append_hex(out += '%', static_cast<unsigned char>(c), upper_hex_digits);
    }
  }
  return out;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    const auto digits = text.substr(at + 1, 2);
    unsigned char byte = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2) {
      return fail(ErrorCode::bad_input, Side::client,
                  "the % at character " + std::to_string(at + 1) +
                      " is not followed by two hexadecimal digits; a plain % is written %25");
    }
    out += static_cast<char>(byte);
    at += 2;
  }
  return out;
}

}  // namespace otoroshi
