// The gateway ends by an assertion of cjose's when an issuer publishes a key whose number is no base64url.
#include <catch2/catch.hpp>
#include <string>

#include "gateway/tunnel/jwk_set.h"
#include "tests/support/token_maker.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

TEST_CASE("jwks: a key with a broken number is passed over, the others count") {
  const auto good = test::SigningKey::ec();
  const auto token = parse_jws(good.token("ES256", R"({"sub":"alice"})")).value();
  for (const auto* number : {"AAAAA", "A=AA", "AA=A", "A", "=", "====", "A+/A", "A A", ""}) {
    CAPTURE(number);
    const auto broken = std::string(R"({"kty":"RSA","e":"AQAB","n":")").append(number).append(R"("})");
    const auto set = JwkSet::parse(R"({"keys":[)" + broken + "," + good.jwk() + "]}").value();
    CHECK(set.size() == 1);
    CHECK(set.has_signed(token));
  }
}
