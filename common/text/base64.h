// Base64 with the standard alphabet (RFC 4648 section 4), as Basic credentials use it.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace otoroshi {

std::string base64_encode(std::string_view bytes);

// Strict: no white space, no foreign character, nothing behind the padding, no stray bits in the last
// character. The padding may be missing. The sentence of a failure never shows the text, it may be a secret.
Result<std::string> base64_decode(std::string_view text);

}  // namespace otoroshi
