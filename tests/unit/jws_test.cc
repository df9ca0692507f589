#include "gateway/tunnel/jws.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "common/text/base64url.h"
#include "tests/support/token_maker.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace otoroshi::test;

namespace {

const std::string claims = R"({"sub":"alice"})";

std::string with_header(const std::string& header) {
  return hs_token_with_header("secret", header, claims);
}

}  // namespace

TEST_CASE("jws: base64url is the encoder's only text, or nothing") {
  struct Case {
    std::string text;
    std::optional<std::string> bytes;
  };
  const std::vector<Case> cases = {{"", ""},
                                   {"YQ", "a"},
                                   {"YWI", "ab"},
                                   {"-_-_", "\xfb\xff\xbf"},
                                   {"YQ==", std::nullopt},
                                   {"+/+/", std::nullopt},
                                   {"YR", std::nullopt /* stray bits */},
                                   {"Y", std::nullopt},
                                   {"YQ\n", std::nullopt},
                                   {"Y Q", std::nullopt}};
  for (const auto& [text, bytes] : cases) {
    CAPTURE(text);
    CHECK(base64url_decode(text) == bytes);
    if (bytes) CHECK(base64url_encode(*bytes) == text);
  }
}

TEST_CASE("jws: a good token is read into its parts") {
  const auto token = parse_jws(with_header(R"({"alg":"HS256","kid":"k1","typ":"JWT"})")).value();
  CHECK(token.algorithm == JwsAlgorithm{JwsFamily::hs, 256});
  CHECK(token.key_id == "k1");
  CHECK(token.claims["sub"] == "alice");
  CHECK(token.signature.size() == 32);
  CHECK(token.text.starts_with(std::string(token.signing_input()) + "."));
  CHECK(is_signed_with(token, "secret"));
}

TEST_CASE("jws: what is no token is refused, and the sentence says why without showing it") {
  const auto good = hs_token("secret", claims);
  const auto head = good.substr(0, good.find('.'));
  const auto body = good.substr(0, good.rfind('.'));
  struct Case {
    std::string name, text, sentence;
  };
  const std::vector<Case> cases = {
      {"nothing", "", "three parts"},
      {"no dots", "opaque-access-token", "three parts"},
      {"one dot", body, "three parts"},
      {"two dots only", "..", "header is no JSON"},
      {"a dot too many", good + ".", "three parts"},
      {"five parts, as a JWE", good + ".YQ.YQ", "three parts"},
      {"no header", good.substr(head.size()), "header is no JSON"},
      {"truncated in the signature", good.substr(0, good.size() - 1), "signature"},
      {"without signature", body + ".", "signature"},
      {"padded", good + "=", "signature"},
      {"a line break behind", good + "\n", "signature"},
      {"standard alphabet", body + ".+/+/", "signature"},
      {"alg none", unsigned_token(R"({"alg":"none"})", claims) + ".", "\"none\" is not allowed"},
      {"alg none with a signature", with_header(R"({"alg":"none"})"), "\"none\" is not allowed"},
      {"alg None", with_header(R"({"alg":"None"})"), "not allowed"},
      {"alg in lower case", with_header(R"({"alg":"hs256"})"), "not allowed"},
      {"alg PS256", with_header(R"({"alg":"PS256"})"), "not allowed"},
      {"alg with a NUL behind", with_header(R"({"alg":"HS256\u0000"})"), "not allowed"},
      {"alg is a list", with_header(R"({"alg":["HS256"]})"), "names no algorithm"},
      {"no alg", with_header(R"({"typ":"JWT"})"), "names no algorithm"},
      {"alg twice", with_header(R"({"alg":"none","alg":"HS256"})"), "header is no JSON"},
      {"crit", with_header(R"({"alg":"HS256","crit":["exp"],"exp":1})"), "\"crit\""},
      {"empty crit", with_header(R"({"alg":"HS256","crit":[]})"), "\"crit\""},
      {"b64", with_header(R"({"alg":"HS256","b64":false})"), "\"b64\""},
      {"kid is a number", with_header(R"({"alg":"HS256","kid":7})"), "\"kid\""},
      {"header is a list", with_header(R"(["HS256"])"), "header is no JSON"},
      {"header with something behind", with_header(R"({"alg":"HS256"} x)"), "header is no JSON"},
      {"claims are a text", hs_token("secret", R"("sub")"), "claims are no JSON"},
      {"a claim twice", hs_token("secret", R"({"sub":"a","sub":"b"})"), "claims are no JSON"},
      {"claims nested too deep",
       hs_token("secret", R"({"a":)" + std::string(100, '[') + std::string(100, ']') + "}"),
       "claims are no JSON"},
      {"larger than 16 KiB", hs_token("secret", R"({"a":")" + std::string(max_token_size, 'x') + "\"}"),
       "16 KiB"}};
  for (const auto& [name, text, sentence] : cases) {
    CAPTURE(name);
    const auto token = parse_jws(text);
    REQUIRE_FALSE(token.has_value());
    CHECK(token.error().side == Side::client);
    CHECK_THAT(token.error().sentence, Catch::Contains(sentence));
    if (text.size() > 10) CHECK_FALSE(token.error().sentence.contains(text));
  }
}

TEST_CASE("jws: an HMAC is believed from the right secret and hash only") {
  struct Case {
    std::string name, token, secret;
    bool good;
  };
  auto other_last = hs_token("secret", claims);
  other_last[other_last.size() - 10] ^= 1;  // stays in the alphabet or is refused before
  const auto hs256 = hs_token("secret", claims);
  const auto text = unsigned_token(R"({"alg":"HS512"})", claims);
  const std::vector<Case> cases = {
      {"HS256", hs256, "secret", true},
      {"HS384", hs_token("secret", claims, 384), "secret", true},
      {"HS512", hs_token("secret", claims, 512), "secret", true},
      {"a secret of one byte", hs_token("s", claims), "s", true},
      {"a secret of 4 KiB", hs_token(std::string(4096, 's'), claims), std::string(4096, 's'), true},
      {"another secret", hs256, "Secret", false},
      {"a longer secret", hs256, "secret1", false},
      {"no secret", hs_token("", claims), "", false},
      {"another alg than signed", text + "." + base64url_encode(hmac("secret", text, 256)), "secret", false},
      {"a part of the signature", hs256.substr(0, hs256.rfind('.') + 1) + "YWJj", "secret", false}};
  for (const auto& [name, token, secret, good] : cases) {
    CAPTURE(name);
    CHECK(is_signed_with(parse_jws(token).value(), secret) == good);
  }
  const auto bent = parse_jws(other_last);
  CHECK_FALSE((bent && is_signed_with(*bent, "secret")));
}

TEST_CASE("jws: other claims under a good signature are noticed") {
  const auto good = hs_token("secret", claims);
  const auto other = unsigned_token(R"({"alg":"HS256","typ":"JWT"})", R"({"sub":"root"})");
  CHECK_FALSE(is_signed_with(parse_jws(other + good.substr(good.rfind('.'))).value(), "secret"));
}
