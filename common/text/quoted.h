// How a value that somebody else wrote is shown in a sentence of ours.
#pragma once

#include <string>
#include <string_view>

namespace otoroshi {

// The text in double quotes on one line, safe for terminals and logs: control characters, quotes and bytes
// that are no UTF-8 are escaped, and what is longer than `longest` bytes is cut and marked with "...".
// Never for secrets.
std::string quoted(std::string_view text, std::size_t longest = 100);

}  // namespace otoroshi
