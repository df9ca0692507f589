// Any input: the heads of an upgrade are read within their bounds, a verdict that is given stays, and what is
// shown of a refusal is one line.
#include "common/tunnel/upgrade.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "common/text/ascii.h"
#include "tests/support/verdict_property.h"

using namespace otoroshi;

namespace {

// The size of the head: what the rest of the stream begins behind.
Verdict<std::size_t> request_size(Bytes so_far) {
  const auto request = tunnel::inspect_request(so_far);
  if (!request) return Malformed{};
  if (!*request) return NeedMore{};
  static_cast<void>(tunnel::check_upgrade(**request));
  return (*request)->bytes;
}

Verdict<std::size_t> response_size(Bytes so_far) {
  const auto response = tunnel::inspect_response(so_far, "dGhlIHNhbXBsZSBub25jZQ==");
  if (!response) return Malformed{};
  if (!*response) return NeedMore{};
  return (*response)->head_bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  if (test::broken_promise_at(request_size, input) || test::broken_promise_at(response_size, input))
    std::abort();
  if (std::ranges::any_of(tunnel::sentence_of_refusal(as_text(input)), is_control)) std::abort();
  return 0;
}
