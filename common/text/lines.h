// Text line by line, as bodies of ndjson are read. (pure)
#pragma once

#include <algorithm>
#include <string_view>

namespace otoroshi {

// Cuts the first line off the text, without its "\n"; the last one may have none.
inline std::string_view take_line(std::string_view& text) {
  const auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

// Nothing but white space, with the "\r" of who ends lines by two characters.
inline bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == line.npos;
}

}  // namespace otoroshi
