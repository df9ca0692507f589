#include "common/text/quoted.h"

#include <algorithm>

#include "common/text/ascii.h"
#include "common/text/hex.h"
#include "common/text/utf8.h"

namespace otoroshi {
namespace {

void append_escaped(std::string& out, unsigned char byte) {
  switch (byte) {
    case '"':
    case '\'':
    case '\\':
      out += '\\';
      out += static_cast<char>(byte);
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
      append_hex(out += "\\x", byte);
  }
}

bool needs_escape(std::string_view character, char mark) {
  if (character.size() > 1) return character[0] == '\xc2' && static_cast<unsigned char>(character[1]) < 0xa0;
  const char byte = character[0];
  return is_control(byte) || static_cast<unsigned char>(byte) > 0x7f || byte == mark || byte == '\\';
}

}  // namespace

std::string quoted(std::string_view text, std::size_t longest, char mark) {
  std::string out(1, mark);
  std::size_t shown = 0;
  while (shown < text.size()) {
    const auto character = first_character(text.substr(shown));
    if (shown + character.size() > longest) return out + "..." + mark;
    if (needs_escape(character, mark)) {
      for (const char byte : character) append_escaped(out, static_cast<unsigned char>(byte));
    } else {
      out += character;
    }
    shown += character.size();
  }
  return out + mark;
}

}  // namespace otoroshi
