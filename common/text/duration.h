// Durations as settings write them: a whole number and "ms", "s", "m" or "h"; "0" needs no unit.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace otoroshi {

// At most one year, so that adding it to a clock's time never overflows.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

// "90s", "1h": the largest unit that divides it. For what parse_duration() gave, or could give.
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace otoroshi
