// How a value that somebody else wrote is shown in a sentence of ours.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace otoroshi {

// The text between quotation marks on one line, safe for terminals and logs: control characters, that mark
// and bytes that are no UTF-8 are escaped, and what is longer than `longest` bytes is cut and marked with
// "...". Never for secrets.
std::string quoted(std::string_view text, std::size_t longest = 100, char mark = '"');

}  // namespace otoroshi
