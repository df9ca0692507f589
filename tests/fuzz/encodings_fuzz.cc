// Any bytes survive base64, base64url and percent-encoding; any text that is taken as one of them is what its
// bytes are written as, so that there is only one spelling (apart from padding, and from what need not be
// escaped).
#include <algorithm>
#include <string>

#include "common/text/ascii.h"
#include "common/text/base64.h"
#include "common/text/base64url.h"
#include "common/text/percent.h"
#include "common/text/quoted.h"
#include "common/text/utf8.h"
#include "common/tunnel/upgrade.h"
#include "tests/fuzz/property.h"

using namespace otoroshi;
using test::must_hold;

namespace {

void check_bytes(std::string_view bytes) {
  must_hold(base64_decode(base64_encode(bytes)) == bytes);
  must_hold(base64url_decode(base64url_encode(bytes)) == bytes);
  must_hold(percent_decode(percent_encode(bytes)) == bytes);
}

void check_text(std::string_view text) {
  if (const auto bytes = base64_decode(text)) {
    auto padded = std::string(text);
    padded.resize((text.size() + 3) / 4 * 4, '=');
    must_hold(base64_encode(*bytes) == padded);
  }
  if (const auto bytes = base64url_decode(text)) must_hold(base64url_encode(*bytes) == text);
  if (const auto bytes = percent_decode(text)) must_hold(percent_decode(percent_encode(*bytes)) == *bytes);
}

// What is shown of others' texts is one line of well-formed UTF-8, and not longer than it may be.
void check_shown(std::string_view text) {
  constexpr std::size_t longest = 20;
  const auto in_marks = quoted(text, longest);
  const auto line = tunnel::printable_line(text);
  for (const std::string_view shown : {std::string_view(in_marks), std::string_view(line)}) {
    must_hold(valid_utf8_prefix(shown) == shown.size());
    must_hold(std::ranges::none_of(shown, is_control));
  }
  must_hold(in_marks.size() <= 4 * longest + 5);  // a byte becomes four at most: \xNN
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = test::input_text(data, size);
  check_bytes(input);
  check_text(input);
  check_shown(input);
  return 0;
}
