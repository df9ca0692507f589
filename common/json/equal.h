// Whether two JSON values say the same. (pure)
#pragma once

#include "common/json/parse.h"

namespace otoroshi {

// Numbers by value (1 is 1.0), objects whatever the order of their fields, as RFC 6902, section 4.6,
// compares. RapidJSON's operator== does too, but takes -1 for 18446744073709551615 and, for an object with n
// fields, n² steps.
bool equal_json(const JsonValue& left, const JsonValue& right);

}  // namespace otoroshi
