// Any text as a set of published keys: it never believes a token by a shared secret, and it believes a
// genuine one only if it holds the public key that it was signed with.
#include "gateway/tunnel/jwk_set.h"

#include <string>

#include "tests/fuzz/property.h"
#include "tests/fuzz/signed_tokens.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using test::must_hold;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = test::input_text(data, size);
  const auto keys = JwkSet::parse(input);
  if (!keys) return 0;
  must_hold(keys->size() <= JwkSet::max_keys);
  for (const auto& genuine : test::signed_tokens) {
    const bool holds_its_key = !genuine.jwk_number.empty() && input.contains(genuine.jwk_number);
    if (keys->has_signed(parse_jws(genuine.token).value())) must_hold(holds_its_key);
  }
  return 0;
}
