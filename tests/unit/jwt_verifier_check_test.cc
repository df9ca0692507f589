#include "common/model/jwt_verifier_check.h"

#include <catch2/catch.hpp>

#include "common/model/jwt_verifier_json.h"

using namespace otoroshi;

namespace {

// "PATH: SENTENCE" lines of a verifier with these algoSettings.
std::string problems_of(const std::string& algo_settings) {
  const auto verifier = parse_jwt_verifier(R"({"algoSettings":)" + algo_settings + "}");
  if (!verifier) FAIL(to_text(verifier.error()));
  return to_text(check(*verifier));
}

}  // namespace

TEST_CASE("each kind of algorithm needs what tokens are checked with") {
  const struct {
    std::string algo, problems;
  } rows[] = {
      {R"({"type":"HSAlgoSettings","secret":"s"})", ""},
      {R"({"type":"HSAlgoSettings","size":512,"secret":"s"})", ""},
      {R"({"type":"HSAlgoSettings"})",
       "/algoSettings/secret: is missing: the secret that tokens are signed with is wanted"},
      {R"({"type":"HSAlgoSettings","size":128,"secret":"s"})",
       "/algoSettings/size: 128 is not allowed: 256, 384 or 512 is wanted"},
      {R"({"type":"RSAlgoSettings","publicKey":"p"})", ""},
      {R"({"type":"RSAlgoSettings","size":0,"secret":"hunter2"})",
       "/algoSettings/size: 0 is not allowed: 256, 384 or 512 is wanted\n"
       "/algoSettings/publicKey: is missing: the public key in PEM is wanted"},
      {R"({"type":"ESAlgoSettings","size":384,"publicKey":"p"})", ""},
      {R"({"type":"ESAlgoSettings","privateKey":"p"})",
       "/algoSettings/publicKey: is missing: the public key in PEM is wanted"},
      {R"({"type":"JWKSAlgoSettings","url":"https://a.test/keys"})", ""},
      {R"({"type":"JWKSAlgoSettings","url":"http://a.test/keys","kty":"EC","size":1})", ""},
      {R"({"type":"JWKSAlgoSettings","url":"file:///etc/keys.json","kty":"RSA"})", ""},
      {R"({"type":"JWKSAlgoSettings"})",
       "/algoSettings/url: with JWKSAlgoSettings a URL is wanted that begins with http://, https:// or "
       "file://"},
      {R"({"type":"JWKSAlgoSettings","url":"https://","kty":"OCT"})",
       "/algoSettings/url: with JWKSAlgoSettings a URL is wanted that begins with http://, https:// or "
       "file://\n"
       "/algoSettings/kty: \"OCT\" is not allowed: \"RSA\" or \"EC\" is wanted"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.algo);
    CHECK(problems_of(row.algo) == row.problems);
  }
}

TEST_CASE("no URL is in a problem: it may hold a password") {
  const auto problems = problems_of(R"({"type":"JWKSAlgoSettings","url":"ftp://me:hunter2@a.test/"})");
  CHECK(problems != "");
  CHECK(problems.find("hunter2") == problems.npos);
}
