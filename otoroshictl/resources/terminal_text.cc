#include "otoroshictl/resources/terminal_text.h"

#include <algorithm>

#include "common/text/ascii.h"
#include "common/text/hex.h"
#include "common/text/utf8.h"

namespace otoroshi::ctl {
namespace {

bool is_c1_control(std::string_view character) {  // U+0080 to U+009F
  return character.size() == 2 && character[0] == '\xc2' && static_cast<unsigned char>(character[1]) < 0xa0;
}

}  // namespace

std::string terminal_text(std::string_view text, LineBreaks breaks) {
  std::string out;
  while (!text.empty()) {
    const auto character = first_character(text);
    const char first = character.front();
    const bool is_kept = breaks == LineBreaks::kept && (first == '\n' || first == '\t');
    const bool is_unsafe = utf8_length(character) == 0 || is_control(first) || is_c1_control(character);
    if (is_unsafe && !is_kept) {
      for (const char byte : character) append_hex(out += "\\x", static_cast<unsigned char>(byte));
    } else {
      out += character;
    }
    text.remove_prefix(character.size());
  }
  return out;
}

}  // namespace otoroshi::ctl
