// Any bytes of a peer, cut in any way: FrameReader neither reads behind their end nor gives other bytes,
// Close or violation than for the whole. The first byte of the input chooses our role and the sizes of the
// pieces.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "tests/support/websocket_frames.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otoroshi;
  if (size == 0) return 0;
  const auto own = data[0] % 2 == 0 ? tunnel::Role::client : tunnel::Role::server;
  const auto wire = as_text(std::as_bytes(std::span(data, size).subspan(1)));
  const auto whole = test::decode_at_once(own, wire);
  if (whole.bytes.size() > wire.size()) std::abort();

  const auto byte_by_byte = test::decode_in_pieces(own, wire, [](std::size_t) { return 1; });
  std::size_t last = data[0] / 2;
  const auto in_pieces = test::decode_in_pieces(own, wire, [&](std::size_t left) {
    last = (last * 5 + 3) % 37;
    return std::min(left, last + 1);
  });
  if (byte_by_byte != whole || in_pieces != whole) std::abort();
  return 0;
}
