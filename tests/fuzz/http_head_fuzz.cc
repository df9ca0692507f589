// Any input: inspect_http_head() neither reads behind its end nor changes a verdict it has given.
#include "common/sniff/http_host.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "tests/support/verdict_property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = std::as_bytes(std::span(data, size));
  if (otoroshi::test::broken_promise_at(otoroshi::inspect_http_head, input)) std::abort();
  return 0;
}
