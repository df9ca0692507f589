// The one check of UTF-8 (RFC 3629), for text that will be shown or stored as JSON.
#pragma once

#include <cstddef>
#include <string_view>

namespace otoroshi {

// The number of bytes (1-4) of the well-formed character that `text` begins with; 0 if it begins with none
// (an overlong form, a surrogate, a cut or stray byte) or is empty.
std::size_t utf8_length(std::string_view text);

// The character that `text` begins with; a byte that belongs to none stands for itself. Empty only if `text`
// is.
std::string_view first_character(std::string_view text);

// The number of bytes up to the first that belongs to no well-formed character; text.size() if all is well.
std::size_t valid_utf8_prefix(std::string_view text);

}  // namespace otoroshi
