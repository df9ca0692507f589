// Percent-encoding of one URI component (RFC 3986 section 2). "+" is a plain plus sign in both directions:
// the form encoding of HTML, where it means a space, is not spoken here.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace otoroshi {

// Everything but the unreserved characters (letters, digits, "-._~") becomes %XX.
std::string percent_encode(std::string_view text);

// Gives back any bytes, NUL included: the caller checks what it will use. Fails on a "%" without two
// hexadecimal digits behind it; the sentence names its position and not the text, which may be a secret.
Result<std::string> percent_decode(std::string_view text);

}  // namespace otoroshi
