#include "common/text/quoted.h"

#include <algorithm>
#include <cstddef>

#include "common/text/utf8.h"

namespace otoroshi {
namespace {

void append_escaped(std::string& out, unsigned char byte) {
  constexpr char hex[] = "0123456789abcdef";
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
  }
}

bool needs_escape(std::string_view character) {
  if (character.size() > 1) return character[0] == '\xc2' && static_cast<unsigned char>(character[1]) < 0xa0;
  const auto byte = static_cast<unsigned char>(character[0]);
  return byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '\\';
}

}  // namespace

std::string quoted(std::string_view text, std::size_t longest) {
  std::string out = "\"";
  std::size_t shown = 0;
  while (shown < text.size()) {
    const auto character = text.substr(shown, std::max<std::size_t>(1, utf8_length(text.substr(shown))));
    if (shown + character.size() > longest) return out + "...\"";
    if (needs_escape(character)) {
      for (const char byte : character) append_escaped(out, static_cast<unsigned char>(byte));
    } else {
      out += character;
    }
    shown += character.size();
  }
  return out + '"';
}

}  // namespace otoroshi
