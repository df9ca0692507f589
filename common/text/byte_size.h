// Sizes as settings write them: a whole number of bytes, or of "KiB", "MiB" or "GiB".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace otoroshi {

// At most 1 TiB. "1MB" is refused: people mean different things by it.
Result<std::uint64_t> parse_byte_size(std::string_view text);

// "1MiB", "1500": the largest unit that divides it; parse_byte_size() reads it back.
std::string byte_size_text(std::uint64_t bytes);

}  // namespace otoroshi
