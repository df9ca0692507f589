// A token that anybody could make was believed where its issuer published an RSA key with the exponent 1.
#include <catch2/catch.hpp>
#include <string>

#include "common/json/parse.h"
#include "gateway/tunnel/jwk_set.h"
#include "gateway/tunnel/jws_public_key.h"
#include "tests/support/token_maker.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace otoroshi::test;

TEST_CASE("an RSA key with which everybody could sign is no key") {
  struct Row {
    std::string exponent;  // base64url
    bool is_taken;
  };
  const Row rows[] = {{"AQAB", true}, {"Aw", true},  {"AAEAAQ", true}, {"AQ", false},
                      {"AAE", false}, {"Ag", false}, {"AA", false},    {"", false}};
  const auto jwk = SigningKey::rsa().jwk();
  const std::string member = R"("e":"AQAB")";
  const auto place = jwk.find(member);
  REQUIRE(place != std::string::npos);
  for (const auto& [exponent, is_taken] : rows) {
    CAPTURE(exponent);
    auto changed = jwk;
    changed.replace(place, member.size(), R"("e":")" + exponent + '"');
    CHECK(JwsPublicKey::from_jwk(parse_json(changed).value()).has_value() == is_taken);
  }
}
