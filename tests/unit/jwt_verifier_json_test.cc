#include "common/model/jwt_verifier_json.h"

#include <catch2/catch.hpp>

using namespace otoroshi;
using namespace std::string_literals;

namespace {

JwtVerifier parse(const std::string& json) {
  auto verifier = parse_jwt_verifier(json);
  if (!verifier) FAIL(to_text(verifier.error()));
  return *verifier;
}

std::string complaint(const std::string& json) {
  const auto verifier = parse_jwt_verifier(json);
  return verifier ? "" : to_text(verifier.error());
}

}  // namespace

TEST_CASE("a verifier needs its algorithm; everything else has a default") {
  const auto verifier = parse(R"({"algoSettings":{"type":"HSAlgoSettings","secret":"s"}})");
  JwtVerifier expected;
  expected.algo.secret = "s"s;
  CHECK(verifier == expected);
  CHECK(verifier.enabled);
  CHECK(verifier.strict);
  CHECK(verifier.source.type == JwtSource::header);
  CHECK(verifier.source.name == "Authorization");
  CHECK(verifier.source.remove == "Bearer ");
  CHECK(to_json(verifier) ==
        R"({"id":"","name":"","desc":"","enabled":true,"strict":true,)"
        R"("source":{"type":"InHeader","name":"Authorization","remove":"Bearer "},)"
        R"("algoSettings":{"type":"HSAlgoSettings","size":256,"secret":"s"},)"
        R"("strategy":{"type":"PassThrough","verificationSettings":{"fields":{},"arrayFields":{}}},)"
        R"("tags":[],"metadata":{}})");
  CHECK(parse(to_json(verifier)) == verifier);
}

TEST_CASE("a verifier that Otoroshi has written loses nothing") {
  const auto with = [](const std::string& source, const std::string& algo) {
    return R"({"id":"v","name":"n","desc":"d","enabled":false,"strict":false,"source":)" + source +
           R"(,"algoSettings":)" + algo +
           R"(,"strategy":{"type":"Sign","verificationSettings":{"fields":{"iss":"me"},"arrayFields":{"aud":"x"}},)"
           R"("algoSettings":{"type":"None"}},"tags":["t"],"metadata":{"k":"v"},"_loc":{"tenant":"a","teams":[]},)"
           R"("type":"global"})";
  };
  const std::string documents[] = {
      with(R"({"type":"InHeader","name":"X-Token","remove":""})",
           R"({"type":"HSAlgoSettings","size":512,"secret":"s","base64":false})"),
      with(R"({"type":"InQueryParam","name":"jwt","remove":"Bearer "})",
           R"({"type":"RSAlgoSettings","size":384,"publicKey":"PEM","privateKey":"SECRET"})"),
      with(R"({"type":"InCookie","name":"jwt","remove":"Bearer "})",
           R"({"type":"JWKSAlgoSettings","size":256,"url":"https://a.test/jwks","timeout":1000,"ttl":5000,)"
           R"("headers":{"X":"y"},"kty":"RSA","mtlsConfig":{}})"),
  };
  for (const auto& json : documents) CHECK(to_json(parse(json)) == json);
  const auto last = parse(documents[2]);
  CHECK(last.source.type == JwtSource::cookie);
  CHECK(last.algo.type == JwtAlgorithm::jwks);
  CHECK(last.algo.ttl_ms == 5000);
  CHECK(last.strategy.verification.fields.at("iss") == "me");
  CHECK(last.strategy.verification.array_fields.at("aud") == "x");
}

TEST_CASE("everything that is wrong with a verifier is named at once, but no secret") {
  CHECK(complaint("{}") == "/algoSettings: is missing: an object is wanted");
  CHECK(complaint(R"({"algoSettings":{},"source":{}})") ==
        "/algoSettings/type: is missing: one of \"HSAlgoSettings\", \"RSAlgoSettings\", \"ESAlgoSettings\", "
        "\"JWKSAlgoSettings\" is wanted\n"
        "/source/type: is missing: one of \"InHeader\", \"InQueryParam\", \"InCookie\" is wanted\n"
        "/source/name: is missing: a text that is not blank is wanted");
  const auto text = complaint(
      R"({"source":{"type":"InBody","name":""},"algoSettings":{"type":"KidAlgoSettings","size":"big","secret":5317,)"
      R"("publicKey":["5317"],"timeout":0,"headers":{"a":5317}},)"
      R"("strategy":{"verificationSettings":{"fields":{"iss":1},"arrayFields":[]}}})");
  CAPTURE(text);
  for (const auto* path :
       {"/source/type", "/source/name", "/algoSettings/type", "/algoSettings/size", "/algoSettings/secret",
        "/algoSettings/publicKey", "/algoSettings/timeout", "/algoSettings/headers/a",
        "/strategy/verificationSettings/fields/iss", "/strategy/verificationSettings/arrayFields"})
    CHECK_THAT(text, Catch::Contains(path + ": "s));
  CHECK(text.find("5317") == text.npos);
}
