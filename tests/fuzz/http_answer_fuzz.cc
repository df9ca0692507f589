// Any bytes of a server, cut in any way: HttpAnswerReader finds the same answer, or the same failure, and no
// body is larger than allowed. The first byte of the input chooses the sizes of the pieces.
#include <map>
#include <optional>
#include <string>

#include "common/http/answer_reader.h"
#include "tests/fuzz/property.h"

using namespace otoroshi;
using test::must_hold;

namespace {

constexpr std::size_t max_body = 300;

struct Reading {
  std::optional<ErrorCode> failure;
  bool is_complete = false;
  unsigned status = 0;
  std::map<std::string, std::string> headers;
  std::string body;

  friend bool operator==(const Reading&, const Reading&) = default;
};

// As http_exchange() does: until the answer is complete, and then the end of the connection.
Reading read_in_pieces(std::string_view wire, std::size_t piece) {
  HttpAnswerReader reader(max_body);
  Reading reading;
  while (!reading.is_complete) {
    const auto next = wire.substr(0, piece);
    const auto taken = reader.take(as_bytes(next));
    must_hold(reader.answer().body.size() <= max_body);
    if (!taken) {
      reading.failure = taken.error().code;
      return reading;
    }
    reading.is_complete = *taken;
    if (next.empty()) break;
    wire.remove_prefix(next.size());
  }
  reading.status = reader.answer().status;
  reading.headers = reader.answer().headers;
  reading.body = reader.answer().body;
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = test::input_text(data, size);
  const std::size_t piece = test::take_byte(input) % 40 + 1;
  const auto whole = read_in_pieces(input, std::max<std::size_t>(input.size(), 1));
  must_hold(read_in_pieces(input, 1) == whole);
  must_hold(read_in_pieces(input, piece) == whole);
  must_hold(whole.failure || whole.is_complete);
  return 0;
}
