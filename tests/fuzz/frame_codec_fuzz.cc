// Any bytes of a peer, cut in any way: FrameReader neither reads behind their end nor gives other bytes,
// Close or violation than for the whole. The first byte of the input chooses our role and the sizes of the
// pieces. And the same bytes as payload: what either role writes, the other reads, and nothing else.
#include <cstring>
#include <span>
#include <string>

#include "tests/fuzz/property.h"
#include "tests/support/websocket_frames.h"

using namespace otoroshi;
using test::must_hold;
using tunnel::FrameHead;
using tunnel::Role;

namespace {

// Sizes that go up and down, always from the same seed.
auto sizes_from(std::size_t seed) {
  return [last = seed](std::size_t left) mutable {
    last = (last * 5 + 3) % 37;
    return std::min(left, last + 1);
  };
}

// As the relay's splicing does: payload that need not be decoded is taken as it is.
std::string payload_past_decode(std::string_view wire) {
  tunnel::FrameReader reader(Role::client);
  std::string payload;
  while (!wire.empty() && !reader.is_over()) {
    const auto raw = std::min<std::uint64_t>(reader.raw_left(), wire.size());
    if (raw > 0) {
      payload += wire.substr(0, raw);
      reader.raw_taken(raw);
    } else {
      auto byte = static_cast<std::byte>(wire.front());
      const auto decoded = reader.decode({&byte, 1});
      payload += as_text(Bytes(&byte, decoded));
    }
    wire.remove_prefix(std::max<std::size_t>(raw, 1));
  }
  return payload;
}

void check_reading(Role own, std::string_view wire, std::size_t seed) {
  const auto whole = test::decode_at_once(own, wire);
  must_hold(whole.bytes.size() <= wire.size());
  must_hold(test::decode_in_pieces(own, wire, [](std::size_t) { return 1; }) == whole);
  must_hold(test::decode_in_pieces(own, wire, sizes_from(seed)) == whole);
  if (own == Role::client) must_hold(payload_past_decode(wire) == whole.bytes);
  if (!whole.violation.empty() || whole.close_code || !whole.between_frames) return;

  std::string payload;  // as frames say it that are taken apart without the codec
  int message = 0;
  for (const auto& frame : test::frames_in(wire)) {
    const int opcode = frame.first & 0x0f;
    if (opcode == test::binary || opcode == test::text) message = opcode;
    if (opcode <= test::binary && message == test::binary) payload += frame.payload;
  }
  must_hold(payload == whole.bytes);
}

std::string binary_frame(Role own, std::string_view payload, const tunnel::Mask::Key& key) {
  auto frame = std::string(as_text(FrameHead::binary(own, payload.size(), key).bytes()));
  std::string masked(payload.size(), '\0');
  auto mask = own == Role::client ? tunnel::Mask(key) : tunnel::Mask();
  mask.apply(as_bytes(payload), reinterpret_cast<std::byte*>(masked.data()));
  return frame += masked;
}

void check_writing(Role own, std::string_view payload, std::size_t seed) {
  const auto peer = own == Role::client ? Role::server : Role::client;
  tunnel::Mask::Key key;
  std::memcpy(key.data(), test::masking_key.data(), key.size());
  const auto ping = payload.substr(0, 125);
  auto next_size = sizes_from(seed);
  std::string wire;
  for (auto rest = payload; !rest.empty();) {
    const auto piece = rest.substr(0, next_size(rest.size()) * 8);
    wire += binary_frame(own, piece, key);
    wire += test::frame(own, test::text, ping);  // a message of text, which is dropped, around a Pong
    wire += tunnel::pong_frame(own, ping, key);
    wire += test::frame(own, test::fin | test::continuation, ping);
    rest.remove_prefix(piece.size());
  }
  wire += tunnel::ping_frame(own, key);
  wire += tunnel::close_frame(own, tunnel::CloseCode::policy, payload, key);
  wire += payload;  // behind a Close nothing is looked at

  const auto read = test::decode_in_pieces(peer, wire, sizes_from(seed + 1));
  must_hold(read.violation.empty() && read.bytes == payload && read.ping == "");
  must_hold(read.close_code == tunnel::CloseCode::policy && payload.starts_with(read.close_reason));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = test::input_text(data, size);
  const std::size_t choice = test::take_byte(input);
  const auto own = choice % 2 == 0 ? Role::client : Role::server;
  check_reading(own, input, choice / 2);
  check_writing(own, input, choice / 2);
  return 0;
}
