// Base64 with the alphabet for URLs and without padding (RFC 4648 section 5), as JOSE uses it (RFC 7515
// section 2). (pure)
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace otoroshi {

std::string base64url_encode(std::string_view bytes);

// Strict: the encoder's only text for these bytes, or nullopt. No padding, no white space, no stray bits.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace otoroshi
