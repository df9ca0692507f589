#include "gateway/tunnel/jwt_checker.h"

#include <openssl/err.h>

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/text/base64url.h"
#include "tests/support/token_maker.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace otoroshi::test;
using namespace std::chrono_literals;

namespace {

const auto now = std::chrono::system_clock::time_point(1'800'000'000s);
const std::string secret = "a secret of the issuer's";
const std::string claims = R"({"sub":"alice","exp":1800000060})";

const SigningKey& rsa_key() {
  static const auto key = SigningKey::rsa();
  return key;
}

const SigningKey& ec_key() {
  static const auto key = SigningKey::ec();
  return key;
}

JwtVerifier hs_verifier() {
  JwtVerifier verifier;
  verifier.algo.secret = secret;
  return verifier;
}

JwtVerifier pem_verifier(JwtAlgorithm type, const SigningKey& key, std::uint16_t size = 256) {
  JwtVerifier verifier;
  verifier.algo.type = type;
  verifier.algo.size = size;
  verifier.algo.public_key = key.public_pem();
  return verifier;
}

JwtVerifier jwks_verifier() {
  JwtVerifier verifier;
  verifier.algo.type = JwtAlgorithm::jwks;
  verifier.algo.url = "https://issuer.test/jwks";
  return verifier;
}

Result<std::shared_ptr<const JwtChecker>> make(const JwtVerifier& verifier) {
  return JwtChecker::make(std::make_shared<const JwtVerifier>(verifier));
}

// "": the token is believed; else the sentence that refuses it.
std::string verdict(const JwtVerifier& verifier, const std::string& token, const JwkSet* keys = nullptr) {
  const auto checker = make(verifier);
  if (!checker) return checker.error().sentence;
  const auto parsed = parse_jws(token);
  if (!parsed) return parsed.error().sentence;
  const auto trusted = (*checker)->check(*parsed, keys, now);
  CHECK(ERR_peek_error() == 0);  // a TLS stream of the same thread would take it for its own
  return trusted ? "" : trusted.error().sentence;
}

tunnel::Request request_with(const std::string& header, const std::string& value) {
  tunnel::Request request;
  request.headers = {{header, value}};
  return request;
}

}  // namespace

TEST_CASE("jwt_checker: each algorithm believes its own tokens") {
  for (const auto size : {256, 384, 512}) {
    CAPTURE(size);
    auto hs = hs_verifier();
    hs.algo.size = static_cast<std::uint16_t>(size);
    CHECK(verdict(hs, hs_token(secret, claims, size)).empty());
    const auto rs = pem_verifier(JwtAlgorithm::rs, rsa_key(), hs.algo.size);
    CHECK(verdict(rs, rsa_key().token("RS" + std::to_string(size), claims)).empty());
    const auto key = SigningKey::ec(size == 256 ? "P-256" : size == 384 ? "P-384" : "P-521");
    const auto es = pem_verifier(JwtAlgorithm::es, key, hs.algo.size);
    CHECK(verdict(es, key.token("ES" + std::to_string(size), claims)).empty());
  }
}

TEST_CASE("jwt_checker: a believed token tells who shows it, and until when") {
  const auto checker = make(hs_verifier()).value();
  const auto trusted = checker->check(parse_jws(hs_token(secret, claims)).value(), nullptr, now).value();
  CHECK(trusted.subject == "alice");
  CHECK(trusted.expires == now + 70s);  // 10 s of leeway
  const auto eternal = checker->check(parse_jws(hs_token(secret, "{}")).value(), nullptr, now).value();
  CHECK(eternal.subject.empty());
  CHECK_FALSE(eternal.expires.has_value());
}

TEST_CASE("jwt_checker: every attack is refused") {
  const auto hs = hs_verifier();
  const auto rs = pem_verifier(JwtAlgorithm::rs, rsa_key());
  const auto es = pem_verifier(JwtAlgorithm::es, ec_key());
  const auto other_rsa = SigningKey::rsa();
  const auto other_ec = SigningKey::ec();
  const auto p384 = SigningKey::ec("P-384");
  const auto cut = [](const std::string& token) { return token.substr(0, token.size() - 4); };
  struct Case {
    std::string name;
    JwtVerifier verifier;
    std::string token, sentence;
  };
  const std::vector<Case> cases = {
      {"alg none", hs, unsigned_token(R"({"alg":"none"})", claims) + ".", "not allowed"},
      {"HS512 instead of HS256", hs, hs_token(secret, claims, 512), "HS512"},
      {"HS with the RSA public key", rs, hs_token(rsa_key().public_pem(), claims), "HS256"},
      {"HS with the EC public key", es, hs_token(ec_key().public_pem(), claims), "HS256"},
      {"RS512 instead of RS256", rs, rsa_key().token("RS512", claims), "RS512"},
      {"RS instead of HS", hs, rsa_key().token("RS256", claims), "RS256"},
      {"ES384 instead of ES256", es, p384.token("ES384", claims), "ES384"},
      {"ES256 on another curve", es, p384.token("ES256", claims), "signature is wrong"},
      {"wrong HMAC secret", hs, hs_token("another secret", claims), "signature is wrong"},
      {"another RSA key", rs, other_rsa.token("RS256", claims), "signature is wrong"},
      {"another EC key", es, other_ec.token("ES256", claims), "signature is wrong"},
      {"ES with a DER signature", es, ec_key().token_with_der_signature("ES256", claims),
       "signature is wrong"},
      {"ES with a signature of zeros", es,
       unsigned_token(R"({"alg":"ES256"})", claims) + "." + std::string(86, 'A'), "signature is wrong"},
      {"truncated HS", hs, cut(hs_token(secret, claims)), "signature"},
      {"truncated RS", rs, cut(rsa_key().token("RS256", claims)), "signature"},
      {"truncated ES", es, cut(ec_key().token("ES256", claims)), "signature"},
      {"crit", rs, rsa_key().token("RS256", claims, R"(,"crit":["b64"])"), "crit"},
      {"its own key in the header", rs, other_rsa.token("RS256", claims, R"(,"jwk":)" + other_rsa.jwk()),
       "signature is wrong"},
      {"a JWK Set's verifier and an HS token", jwks_verifier(), hs_token(secret, claims), "HS256"}};
  for (const auto& [name, verifier, token, sentence] : cases) {
    CAPTURE(name);
    CHECK_THAT(verdict(verifier, token), Catch::Contains(sentence));
  }
}

TEST_CASE("jwt_checker: a key checks only what is signed as its kind says") {
  const auto p384 = SigningKey::ec("P-384");
  const auto key = JwsPublicKey::from_pem(p384.public_pem()).value();
  const auto good = p384.token("ES384", claims);
  CHECK(key.has_signed(parse_jws(good).value()));
  CHECK_FALSE(key.has_signed(parse_jws(p384.token("ES256", claims)).value()));
  CHECK_FALSE(key.has_signed(parse_jws(rsa_key().token("RS256", claims)).value()));
  // The same numbers with zeros in front: one token would have many texts.
  const auto signature_at = good.rfind('.') + 1;
  const auto signature = base64url_decode(good.substr(signature_at)).value();
  const auto wide = '\0' + signature.substr(0, 48) + '\0' + signature.substr(48);
  CHECK_FALSE(key.has_signed(parse_jws(good.substr(0, signature_at) + base64url_encode(wide)).value()));
}

TEST_CASE("jwt_checker: exp and nbf, with ten seconds of leeway") {
  struct Case {
    std::string claims, sentence;  // "": believed
  };
  const std::vector<Case> cases = {{"{}", ""},
                                   {R"({"exp":1800000001})", ""},
                                   {R"({"exp":1799999991})", ""},
                                   {R"({"exp":1799999990})", "expired"},
                                   {R"({"exp":1700000000})", "expired"},
                                   {R"({"exp":0})", "expired"},
                                   {R"({"exp":-1e300})", "expired"},
                                   {R"({"exp":1e300})", ""},
                                   {R"({"exp":1800000001.5})", ""},
                                   {R"({"exp":"1800000060"})", "no number"},
                                   {R"({"exp":null})", "no number"},
                                   {R"({"nbf":1800000000})", ""},
                                   {R"({"nbf":1800000010})", ""},
                                   {R"({"nbf":1800000011})", "not valid yet"},
                                   {R"({"nbf":1e300})", "not valid yet"},
                                   {R"({"nbf":"soon"})", "no number"},
                                   {R"({"nbf":1799999000,"exp":1800000600})", ""},
                                   {R"({"nbf":1799999000,"exp":1799999600})", "expired"}};
  for (const auto& [text, sentence] : cases) {
    CAPTURE(text);
    const auto said = verdict(hs_verifier(), hs_token(secret, text));
    if (sentence.empty())
      CHECK(said.empty());
    else
      CHECK_THAT(said, Catch::Contains(sentence));
  }
}

TEST_CASE("jwt_checker: the verifier's fields must be in the token") {
  struct Case {
    std::string claims, sentence;  // "": believed
  };
  auto verifier = hs_verifier();
  auto& expected = verifier.strategy.verification;
  expected.fields = {{"iss", "good"}, {"level", "7"}, {"admin", "true"}};
  expected.array_fields = {{"aud", "tunnel"}};
  const std::string level = R"("level":7,"admin":true)";
  const std::string audience = R"("aud":["a","tunnel"])";
  const std::vector<Case> cases = {
      {R"({"iss":"good",)" + level + "," + audience + "}", ""},
      {R"({"iss":"good","level":"7","admin":"true",)" + audience + "}", ""},
      {R"({"iss":"good",)" + level + R"(,"aud":"tunnel"})", ""},
      {R"({"iss":"bad",)" + level + "," + audience + "}", "\"iss\" is not"},
      {R"({"iss":"good ",)" + level + "," + audience + "}", "\"iss\" is not"},
      {R"({"iss":["good"],)" + level + "," + audience + "}", "\"iss\" is not"},
      {R"({"iss":null,)" + level + "," + audience + "}", "\"iss\" is not"},
      {"{" + level + "," + audience + "}", "no claim \"iss\""},
      {R"({"iss":"good","level":8,"admin":true,)" + audience + "}", "\"level\" is not"},
      {R"({"iss":"good","level":7,"admin":false,)" + audience + "}", "\"admin\" is not"},
      {R"({"iss":"good",)" + level + "}", "no claim \"aud\""},
      {R"({"iss":"good",)" + level + R"(,"aud":["a"]})", "\"aud\" is not"},
      {R"({"iss":"good",)" + level + R"(,"aud":[["tunnel"]]})", "\"aud\" is not"},
      {R"({"iss":"good",)" + level + R"(,"aud":[]})", "\"aud\" is not"}};
  for (const auto& [text, sentence] : cases) {
    CAPTURE(text);
    const auto said = verdict(verifier, hs_token(secret, text));
    if (sentence.empty())
      CHECK(said.empty());
    else
      CHECK_THAT(said, Catch::Contains(sentence));
  }
}

TEST_CASE("jwt_checker: keys of a JWK Set") {
  const auto p521 = SigningKey::ec("P-521");
  const auto text = R"({"keys":[)" + rsa_key().jwk(R"("kid":"r","use":"sig","alg":"RS256",)") + "," +
                    ec_key().jwk(R"("kid":"e",)") + "," + p521.jwk(R"("kid":"p",)") + "]}";
  const auto set = JwkSet::parse(text).value();
  REQUIRE(set.size() == 3);
  auto only_ec = jwks_verifier();
  only_ec.algo.kty = "EC";
  const auto any = jwks_verifier();
  struct Case {
    std::string name;
    JwtVerifier verifier;
    std::string token, sentence;  // "": believed
  };
  const std::vector<Case> cases = {
      {"RS by kid", any, rsa_key().token("RS256", claims, R"(,"kid":"r")"), ""},
      {"ES by kid", any, ec_key().token("ES256", claims, R"(,"kid":"e")"), ""},
      {"ES512 by kid", any, p521.token("ES512", claims, R"(,"kid":"p")"), ""},
      {"without kid", any, ec_key().token("ES256", claims), ""},
      {"kid unknown", any, rsa_key().token("RS256", claims, R"(,"kid":"x")"), "does not publish"},
      {"kid of another key", any, rsa_key().token("RS256", claims, R"(,"kid":"e")"), "signature is wrong"},
      {"another alg than the key's", any, rsa_key().token("RS512", claims, R"(,"kid":"r")"),
       "signature is wrong"},
      {"kty EC and an ES token", only_ec, ec_key().token("ES256", claims, R"(,"kid":"e")"), ""},
      {"kty EC and an RS token", only_ec, rsa_key().token("RS256", claims, R"(,"kid":"r")"), "RS256"},
      {"HS with a public key", any, hs_token(rsa_key().public_pem(), claims), "HS256"}};
  for (const auto& [name, verifier, token, sentence] : cases) {
    CAPTURE(name);
    const auto said = verdict(verifier, token, &set);
    if (sentence.empty())
      CHECK(said.empty());
    else
      CHECK_THAT(said, Catch::Contains(sentence));
  }
  CHECK_THAT(verdict(any, rsa_key().token("RS256", claims)),
             Catch::Contains("signature is wrong"));  // no set
}

TEST_CASE("jwt_checker: what is no usable key of a set is passed over, what is no set is refused") {
  const auto good = ec_key().jwk();
  struct Case {
    std::string text;
    std::optional<std::size_t> keys;  // nullopt: no set
  };
  const auto list = [](const std::string& keys) { return R"({"keys":[)" + keys + "]}"; };
  std::string too_many = "{}";
  for (std::size_t i = 0; i < JwkSet::max_keys; ++i) too_many += ",{}";
  const std::vector<Case> cases = {{list(""), 0},
                                   {list(good), 1},
                                   {list(good + ",7,{}," + good), 2},
                                   {list(R"({"kty":"oct","k":"c2VjcmV0"})"), 0},
                                   {list(R"({"kty":"OKP","crv":"Ed25519","x":"YQ"})"), 0},
                                   {list(R"({"kty":"RSA","n":"","e":"AQAB"})"), 0},
                                   {list(R"({"kty":"EC","crv":"P-256","x":"YQ","y":"YQ"})"), 0},
                                   {list(SigningKey::rsa(1024).jwk()), 0},
                                   {list(ec_key().jwk(R"("use":"enc",)")), 0},
                                   {list(ec_key().jwk(R"("alg":"ES256",)")), 1},
                                   {list(ec_key().jwk(R"("alg":"ECDH-ES",)")), 0},
                                   {list(ec_key().jwk(R"("key_ops":["verify"],)")), 1},
                                   {list(ec_key().jwk(R"("key_ops":["deriveKey"],)")), 0},
                                   {list(ec_key().jwk(R"("kid":7,)")), 1},
                                   {list(too_many), std::nullopt},
                                   {"", std::nullopt},
                                   {"[]", std::nullopt},
                                   {"{}", std::nullopt},
                                   {R"({"keys":{}})", std::nullopt},
                                   {"<html>", std::nullopt}};
  for (const auto& [text, keys] : cases) {
    CAPTURE(text.substr(0, 100));
    const auto set = JwkSet::parse(text);
    REQUIRE(set.has_value() == keys.has_value());
    if (set) CHECK(set->size() == *keys);
  }
}

TEST_CASE("jwt_checker: a verifier that cannot be used says which field is wrong") {
  const auto with = [](JwtVerifier verifier, const std::function<void(JwtVerifier::AlgoSettings&)>& change) {
    change(verifier.algo);
    return verifier;
  };
  const auto rs = pem_verifier(JwtAlgorithm::rs, rsa_key());
  const auto es = pem_verifier(JwtAlgorithm::es, ec_key());
  struct Case {
    std::string name;
    JwtVerifier verifier;
    std::string sentence;  // "": usable
  };
  const std::vector<Case> cases = {
      {"good RS", rs, ""},
      {"good ES", es, ""},
      {"good JWKS", jwks_verifier(), ""},
      {"no secret", with(hs_verifier(), [](auto& algo) { algo.secret = ""; }),
       "algoSettings.secret is empty"},
      {"size 255", with(hs_verifier(), [](auto& algo) { algo.size = 255; }), "algoSettings.size 255"},
      {"no key", with(rs, [](auto& algo) { algo.public_key = ""; }),
       "algoSettings.publicKey is no public key"},
      {"no PEM", with(rs, [](auto& algo) { algo.public_key = "abc"; }),
       "algoSettings.publicKey is no public key"},
      {"private key", with(rs, [](auto& algo) { algo.public_key = rsa_key().private_pem(); }),
       "is a private key"},
      {"EC key for RS", with(rs, [](auto& algo) { algo.public_key = ec_key().public_pem(); }),
       "wrong kind for RS256"},
      {"RSA key for ES", with(es, [](auto& algo) { algo.public_key = rsa_key().public_pem(); }),
       "wrong kind for ES256"},
      {"P-256 for ES384", with(es, [](auto& algo) { algo.size = 384; }), "wrong kind for ES384"},
      {"secp256k1", with(es, [](auto& algo) { algo.public_key = SigningKey::ec("secp256k1").public_pem(); }),
       "neither an RSA key nor an EC key"},
      {"RSA 1024", with(rs, [](auto& algo) { algo.public_key = SigningKey::rsa(1024).public_pem(); }),
       "2048 bits"},
      {"file", with(jwks_verifier(), [](auto& algo) { algo.url = "file:///etc/jwks.json"; }), ""},
      {"no URL", with(jwks_verifier(), [](auto& algo) { algo.url = ""; }),
       "algoSettings.url \"\" is not allowed"},
      {"ftp", with(jwks_verifier(), [](auto& algo) { algo.url = "ftp://a/b?key=s3cret"; }),
       "\"ftp://a/b\" is not"},
      {"file of a host", with(jwks_verifier(), [](auto& algo) { algo.url = "file://host/a"; }),
       "is not allowed"},
      {"user in the URL", with(jwks_verifier(), [](auto& algo) { algo.url = "https://me:s3cret@a/b"; }),
       "\"https://a/b\" is not"},
      {"space in the URL", with(jwks_verifier(), [](auto& algo) { algo.url = "https://a/b c"; }),
       "is not allowed"},
      {"two lines in a header",
       with(jwks_verifier(),
            [](auto& algo) {
              algo.headers = {{"X-Key", "a\r\nHost: b"}};
            }),
       "algoSettings.headers"},
      {"kty oct", with(jwks_verifier(), [](auto& algo) { algo.kty = "oct"; }), "algoSettings.kty \"oct\""}};
  for (const auto& [name, verifier, sentence] : cases) {
    CAPTURE(name);
    const auto checker = make(verifier);
    CHECK(checker.has_value() == sentence.empty());
    if (!checker)
      CHECK_THAT(checker.error().sentence, Catch::Contains(sentence) && !Catch::Contains("s3cret"));
  }
}

TEST_CASE("jwt_checker: the token is found where the verifier's source says") {
  using Found = std::optional<std::string>;
  const auto found = [](const JwtVerifier::Source& source, const tunnel::Request& request) -> Found {
    auto verifier = hs_verifier();
    verifier.source = source;
    const auto checker = make(verifier).value();
    const auto token = checker->find_token(request);
    return token ? Found(*token) : std::nullopt;
  };
  const JwtVerifier::Source bearer{JwtSource::header, "Authorization", "Bearer "};
  const JwtVerifier::Source plain{JwtSource::header, "X-Token", ""};
  CHECK(found(bearer, request_with("Authorization", "Bearer a.b.c")) == "a.b.c");
  CHECK(found(bearer, request_with("authorization", "bearer   a.b.c ")) == "a.b.c");
  CHECK(found(bearer, request_with("Authorization", "a.b.c")) == "a.b.c");
  CHECK(found(bearer, request_with("Authorization", "Basic YTpi")) == std::nullopt);
  CHECK(found(bearer, request_with("Authorization", "Bearer ")) == std::nullopt);
  CHECK(found(bearer, request_with("X-Token", "a.b.c")) == std::nullopt);
  CHECK(found(plain, request_with("x-token", "a.b.c")) == "a.b.c");
  tunnel::Request request;
  request.query = {{"jwt", "q.q.q"}};
  request.headers = {{"cookie", "other=1; jwt=c.c.c"}};
  CHECK(found({JwtSource::query_param, "jwt", ""}, request) == "q.q.q");
  CHECK(found({JwtSource::query_param, "JWT", ""}, request) == std::nullopt);
  CHECK(found({JwtSource::cookie, "jwt", ""}, request) == "c.c.c");
  CHECK(found({JwtSource::cookie, "wt", ""}, request) == std::nullopt);
}
