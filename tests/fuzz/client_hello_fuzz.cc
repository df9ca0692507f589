// Any input: inspect_client_hello() neither reads behind its end nor changes a verdict it has given.
#include "common/sniff/client_hello.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "tests/support/verdict_property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = std::as_bytes(std::span(data, size));
  if (otoroshi::test::broken_promise_at(otoroshi::inspect_client_hello, input)) std::abort();
  return 0;
}
