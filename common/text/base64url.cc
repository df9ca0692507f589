#include "common/text/base64url.h"

#include <algorithm>

#include "common/text/base64.h"

namespace otoroshi {

std::string base64url_encode(std::string_view bytes) {
  auto text = base64_encode(bytes);
  text.erase(text.find_last_not_of('=') + 1);  // npos + 1 is 0: nothing was encoded
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::optional<std::string> base64url_decode(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string standard(text);
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  auto bytes = base64_decode(standard);
  if (!bytes) return std::nullopt;
  return std::move(*bytes);
}

}  // namespace otoroshi
