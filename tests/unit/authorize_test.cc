#include "gateway/tunnel/authorize.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "common/auth/auth_headers.h"
#include "common/auth/session_token.h"
#include "tests/support/token_maker.h"
#include "tests/support/tunnel_gate.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace otoroshi::test;

namespace {

// "apikey good", or "401 errors.bad.api.key".
std::string text_of(const Admission<Caller>& admission) {
  if (!admission) {
    const auto& refusal = admission.error();
    CHECK_THAT(refusal.error.sentence, !Catch::Contains("S3CRET") && !Catch::Contains("eyJ"));
    CHECK_FALSE(refusal.error.sentence.empty());
    return std::to_string(refusal.status).append(" ").append(refusal.cause);
  }
  CHECK_THAT(admission->who, !Catch::Contains("S3CRET"));
  return std::string(name_of(admission->type)).append(" ").append(admission->who);
}

struct Case {
  std::string name;
  tunnel::Request request;
  std::string outcome;
};

void check_all(const Pairs& plugins, const std::vector<Case>& cases) {
  const auto table = table_of(entities_with(route_with(plugins)));
  for (const auto& [name, request, outcome] : cases) {
    CAPTURE(name);
    Gate gate;
    CHECK(text_of(gate.ask(*table, request)) == outcome);
  }
}

const std::string no_key = "400 errors.no.api.key";
const std::string wrong_tuple = "400 errors.invalid.api.key.tuple";
const std::string bad_key = "401 errors.bad.api.key";
const std::string no_token = "400 error.expected.token.not.found";
const std::string bad_token = "401 error.bad.token";
const std::string no_session = "401 errors.no.session";
const std::string bad_session = "401 errors.bad.session";

}  // namespace

TEST_CASE("authorize: a route without access rules is public, whatever is shown") {
  check_all({}, {{"nothing", request_of({}), "public "}, {"a wrong key", basic("good", "wrong"), "public "}});
}

TEST_CASE("authorize: an API key by each carrier") {
  const auto expiring = hs_token(secret, R"({"iss":"good","exp":1800000060})");
  check_all({{"ApikeyCalls", "{}"}},
            {{"Basic", basic("good"), "apikey good"},
             {"headers", request_of({{"Otoroshi-Client-Id", "good"}, {"Otoroshi-Client-Secret", secret}}),
              "apikey good"},
             {"id alone", request_of({{"x-api-key", "alone"}}), "apikey alone"},
             {"signed id", bearer(signed_id("good")), "apikey good"},
             {"signed id by the next secret", bearer(signed_id("rotating", next_secret)), "apikey rotating"},
             {"JWT", bearer(expiring), "bearer good"},
             {"JWT HS512", bearer(hs_token(secret, R"({"cid":"good"})", 512)), "bearer good"}});
}

TEST_CASE("authorize: an API key is refused with its cause") {
  const auto jwt = [](const std::string& claims, const std::string& by = secret) {
    return bearer(hs_token(by, claims));
  };
  check_all(
      {{"ApikeyCalls", "{}"}},
      {{"no key", request_of({}), no_key},
       {"an opaque token", bearer("opaque"), no_key},
       {"a session", papp(session_token(session_secret, "alive")), no_key},
       {"unknown", basic("unknown"), wrong_tuple},
       {"unknown, id alone", request_of({{"x-api-key", "unknown"}}), wrong_tuple},
       {"other letter case", basic("Good"), wrong_tuple},
       {"for another route", basic("elsewhere"), wrong_tuple},
       {"for another route, wrong secret", basic("elsewhere", "wrong"), wrong_tuple},
       {"by group", basic("grouped"), "apikey grouped"},
       {"by service", basic("service"), "apikey service"},
       {"wrong secret", basic("good", "wrong"), bad_key},
       {"empty secret", basic("good", ""), bad_key},
       {"a key without secret", basic("no-secret", ""), bad_key},
       {"a key without secret, JWT", jwt(R"({"iss":"no-secret"})", ""), bad_key},
       {"a key without secret, signed id", bearer(signed_id("no-secret", "")), bad_key},
       {"longer secret", basic("good", secret + "x"), bad_key},
       {"disabled", basic("disabled"), bad_key},
       {"expired", basic("expired"), bad_key},
       {"expiring", basic("expiring"), "apikey expiring"},
       {"rotating, old", basic("rotating"), "apikey rotating"},
       {"rotating, next", basic("rotating", next_secret), "apikey rotating"},
       {"rotation off", basic("not-rotating", next_secret), bad_key},
       {"rotating, JWT by the next secret", jwt(R"({"iss":"rotating"})", next_secret), bad_key},
       {"id alone, not allowed", request_of({{"x-api-key", "good"}}), bad_key},
       {"id alone allowed, wrong secret", basic("alone", "wrong"), bad_key},
       {"signed id, wrong", bearer(signed_id("good", "wrong")), bad_key},
       {"quota", basic("used-up"), "429 errors.too.much.requests"},
       {"JWT unknown", jwt(R"({"iss":"unknown"})"), wrong_tuple},
       {"JWT wrong secret", jwt(R"({"iss":"good"})", "wrong"), bad_key},
       {"JWT expired", jwt(R"({"iss":"good","exp":1799999990})"), bad_key},
       {"JWT not yet", jwt(R"({"iss":"good","nbf":1800000011})"), bad_key},
       {"JWT alg none", bearer(unsigned_token(R"({"alg":"none"})", R"({"iss":"good"})") + "."), bad_key},
       {"JWT crit", bearer(hs_token_with_header(secret, R"({"alg":"HS256","crit":[]})", R"({"iss":"good"})")),
        bad_key},
       {"JWT two dots", bearer(".."), bad_key},
       {"JWT for us", jwt(R"({"iss":"good","aud":"https://GATE.test/.well-known"})"), "bearer good"},
       {"JWT for another host", jwt(R"({"iss":"good","aud":"https://gate.test.evil/"})"), bad_key},
       {"JWT for another path", jwt(R"({"iss":"good","aud":"https://gate.test/api"})"), bad_key},
       {"JWT for somebody who is no URL", jwt(R"({"iss":"good","aud":"me"})"), "bearer good"},
       {"JWT for another verb", jwt(R"({"iss":"good","httpVerb":"POST"})"), bad_key},
       {"JWT with XSRF, no header", jwt(R"({"iss":"good","xsrfToken":"x"})"), bad_key}});
}

TEST_CASE("authorize: mandatory: false lets in who brings no key, not who brings a wrong one") {
  check_all({{"ApikeyCalls", R"({"mandatory":false})"}},
            {{"no key", request_of({}), "public "},
             {"a key", basic("good"), "apikey good"},
             {"wrong secret", basic("good", "wrong"), bad_key},
             {"unknown", basic("unknown"), wrong_tuple},
             {"a broken JWT", bearer("a.b.c"), bad_key},
             {"used up", basic("used-up"), "429 errors.too.much.requests"}});
}

TEST_CASE("authorize: only the extractors that are on are looked at") {
  check_all({{"ApikeyCalls", R"({"extractors":{"basic":{"enabled":false},"jwt":{"enabled":true}}})"}},
            {{"Basic", basic("good"), no_key},
             {"JWT", bearer(hs_token(secret, R"({"iss":"good"})")), "bearer good"}});
}

TEST_CASE("authorize: of several keys the first in priority counts, and a foreign token is passed over") {
  auto two = basic("good", "wrong");
  two.headers.emplace_back("Otoroshi-Client-Id", "second");
  two.headers.emplace_back("Otoroshi-Client-Secret", secret);
  auto foreign = request_of({{"Otoroshi-Authorization", basic_authorization("good", secret)},
                             {"Authorization", "Bearer " + issued()}});
  check_all({{"ApikeyCalls", "{}"}}, {{"headers before Basic", two, "apikey second"},
                                      {"a foreign token and Basic", foreign, "apikey good"}});
  // Two rules that look at different carriers find different keys.
  const std::string only_basic = R"({"extractors":{"custom_headers":{"enabled":false}}})";
  two.headers.front().second = basic_authorization("good", secret);
  check_all({{"ApikeyCalls", "{}"}, {"ApikeyCalls", only_basic}}, {{"two keys", two, wrong_tuple}});
}

TEST_CASE("authorize: a token by a verifier") {
  const std::string fields = R"("iss":"issuer","sub":"alice")";
  check_all({{"JwtVerificationOnly", R"({"verifier":"v"})"}},
            {{"good", bearer(issued()), "bearer alice"},
             {"no token", request_of({}), no_token},
             {"Basic", basic("good"), no_token},
             {"expired", bearer(issued("{" + fields + R"(,"exp":1799999990})")), bad_token},
             {"not yet", bearer(issued("{" + fields + R"(,"nbf":1800000011})")), bad_token},
             {"wrong issuer", bearer(issued(R"({"iss":"other"})")), bad_token},
             {"wrong secret", bearer(hs_token("wrong", "{" + fields + "}")), bad_token},
             {"HS512", bearer(hs_token(issuer_secret, "{" + fields + "}", 512)), bad_token},
             {"alg none", bearer(unsigned_token(R"({"alg":"none"})", "{" + fields + "}") + "."), bad_token},
             {"two dots", bearer(".."), bad_token},
             {"opaque", bearer("opaque"), bad_token}});
  check_all({{"JwtVerificationOnly", R"({"verifier":"v","fail_if_absent":false})"}},
            {{"good", bearer(issued()), "bearer alice"},
             {"no token", request_of({}), "public "},
             {"a bad token", bearer(hs_token("wrong", "{}")), bad_token}});
  check_all({{"JwtVerificationOnly", R"({"verifiers":["v","in-query"]})"}},
            {{"by the first", bearer(issued()), "bearer alice"},
             {"by the second", request_of({}, {{"jwt", issued()}}), "bearer alice"},
             {"bad for the first, good for the second",
              request_of({{"Authorization", "Bearer a.b.c"}}, {{"jwt", issued()}}), "bearer alice"},
             {"none", request_of({}), no_token}});
  check_all({{"JwtVerificationOnly", R"({"verifier":"off","fail_if_absent":false})"}},
            {{"a disabled verifier believes nobody", bearer(issued()), bad_token},
             {"a disabled verifier lets nobody pass", request_of({}), bad_token}});
}

TEST_CASE("authorize: a token by published keys") {
  const std::string claims = R"({"iss":"issuer","sub":"alice"})";
  check_all({{"JwtVerificationOnly", R"({"verifier":"published"})"}},
            {{"good", bearer(published_key().token("ES256", claims, R"(,"kid":"k")")), "bearer alice"},
             {"kid unknown", bearer(published_key().token("ES256", claims, R"(,"kid":"x")")), bad_token},
             {"another key", bearer(SigningKey::ec().token("ES256", claims, R"(,"kid":"k")")), bad_token}});
  const auto table =
      table_of(entities_with(route_with({{"JwtVerificationOnly", R"({"verifier":"published"})"}})));
  Gate gate([](const Jwks::Source&) -> Result<std::string> {
    return fail(ErrorCode::io, Side::gateway, "the issuer is away");
  });
  const auto refused = gate.ask(*table, bearer(published_key().token("ES256", claims)));
  CHECK(text_of(refused) == "503 errors.service.unavailable");
  CHECK_THAT(refused.error().error.sentence, Catch::Contains("the issuer is away"));
  CHECK(refused.error().error.side == Side::gateway);
}

TEST_CASE("authorize: a session by each carrier") {
  const auto alive = session_token(session_secret, "alive");
  auto forged = alive;
  forged.front() = forged.front() == '0' ? '1' : '0';
  check_all({{"AuthModule", R"({"module":"m"})"}},
            {{"query", papp(alive), "session alice@example.org"},
             {"without e-mail", papp(session_token(session_secret, "nameless")), "session Alice"},
             {"cookie", request_of({{"Cookie", "a=b; oto-papps-m=" + alive}}), "session alice@example.org"},
             {"header", request_of({{"Otoroshi-Token", alive}}), "session alice@example.org"},
             {"an old cookie and a good query",
              request_of({{"Cookie", "oto-papps-m=" + forged}}, {{"pappsToken", alive}}),
              "session alice@example.org"},
             {"none", request_of({}), no_session},
             {"a cookie of another name", request_of({{"Cookie", "papps-m=" + alive}}), no_session},
             {"a JWT in its header", request_of({{"Otoroshi-Token", issued()}}), no_session},
             {"a key", basic("good"), no_session},
             {"forged", papp(forged), bad_session},
             {"signed by somebody else", papp(session_token("other", "alive")), bad_session},
             {"the id alone", papp("alive"), bad_session},
             {"unknown", papp(session_token(session_secret, "unknown")), bad_session},
             {"expired", papp(session_token(session_secret, "old")), bad_session}});
}

TEST_CASE("authorize: pass_with_user and pass_with_apikey") {
  const auto alive = papp(session_token(session_secret, "alive"));
  const auto old = papp(session_token(session_secret, "old"));
  const std::string with_user = R"({"pass_with_user":true})";
  const std::string with_key = R"({"module":"m","pass_with_apikey":true})";
  const std::vector<Case> either = {{"session", alive, "session alice@example.org"},
                                    {"key", basic("good"), "apikey good"},
                                    {"wrong key", basic("good", "wrong"), bad_key}};
  check_all({{"ApikeyCalls", with_user}}, either);
  check_all({{"AuthModule", with_key}}, {{"session", alive, "session alice@example.org"},
                                         {"key", basic("good"), "apikey good"},
                                         {"key by id", request_of({{"x-api-key", "alone"}}), "apikey alone"},
                                         {"wrong key", basic("good", "wrong"), bad_key}});
  check_all({{"ApikeyCalls", with_user}, {"AuthModule", with_key}}, either);
  check_all({{"ApikeyCalls", with_user}},
            {{"neither", request_of({}), no_key}, {"old session", old, bad_session}});
  check_all({{"AuthModule", with_key}},
            {{"neither", request_of({}), no_session}, {"old session", old, bad_session}});
}

TEST_CASE("authorize: all rules must agree, each by its own credential") {
  const Pairs key_and_token = {{"ApikeyCalls", "{}"}, {"JwtVerificationOnly", R"({"verifier":"v"})"}};
  auto both = request_of({{"Otoroshi-Authorization", basic_authorization("good", secret)},
                          {"Authorization", "Bearer " + issued()}});
  check_all(key_and_token, {{"both", both, "apikey good"},
                            {"only the key", basic("good"), no_token},
                            {"only the token", bearer(issued()), no_key},
                            {"a bad token",
                             request_of({{"Otoroshi-Authorization", basic_authorization("good", secret)},
                                         {"Authorization", "Bearer " + hs_token("wrong", "{}")}}),
                             bad_token}});
  check_all({{"ApikeyCalls", R"({"mandatory":false})"}, {"JwtVerificationOnly", R"({"verifier":"v"})"}},
            {{"the token, whose issuer is no key of ours", bearer(issued()), "bearer alice"}});
  auto token_and_session = bearer(issued());
  token_and_session.query = {{"pappsToken", session_token(session_secret, "alive")}};
  check_all({{"AuthModule", R"({"module":"m"})"}, {"JwtVerificationOnly", R"({"verifier":"v"})"}},
            {{"token and session", token_and_session, "bearer alice"},
             {"only the token", bearer(issued()), no_session}});
}

TEST_CASE("authorize: addresses come first") {
  const auto table = table_of(entities_with(
      route_with({{"IpAddressAllowedList", R"({"addresses":["192.0.2.0/24"]})"}, {"ApikeyCalls", "{}"}})));
  Gate gate;
  CHECK(text_of(gate.ask(*table, basic("good"))) == "apikey good");
  CHECK(text_of(gate.ask(*table, basic("good"), "198.51.100.1")) == "403 errors.ip.address.not.allowed");
  CHECK(text_of(gate.ask(*table, request_of({}), "198.51.100.1")) == "403 errors.ip.address.not.allowed");
}

TEST_CASE("authorize: only a tunnel that all rules admit counts against the quota") {
  auto entities = entities_with(
      route_with({{"ApikeyCalls", "{}"}, {"JwtVerificationOnly", R"({"verifier":"in-query"})"}}));
  auto key = api_key("two");
  key.daily_quota = 2;
  entities.api_keys.push_back(shared(std::move(key)));
  const auto table = table_of(std::move(entities));
  Gate gate;
  auto good = basic("two");
  good.query = {{"jwt", issued()}};
  for (int i = 0; i < 5; ++i) CHECK(text_of(gate.ask(*table, basic("two"))) == no_token);
  CHECK(text_of(gate.ask(*table, good)) == "apikey two");
  CHECK(text_of(gate.ask(*table, good)) == "apikey two");
  CHECK(text_of(gate.ask(*table, good)) == "429 errors.too.much.requests");
}

TEST_CASE("authorize: a sentence tells what to change") {
  const auto table = table_of(entities_with(route_with({{"ApikeyCalls", "{}"}})));
  Gate gate;
  const auto sentence = [&](const tunnel::Request& request) {
    return gate.ask(*table, request).error().error.sentence;
  };
  CHECK_THAT(sentence(request_of({})),
             Catch::Contains("--apikey-client-id") && Catch::Contains("Otoroshi-Client-Id"));
  CHECK_THAT(sentence(basic("elsewhere")), Catch::Contains("route_r") && Catch::Contains("\"elsewhere\""));
  CHECK_THAT(sentence(basic("good", "wrong")), Catch::Contains("wrong secret"));
  CHECK_THAT(sentence(basic("disabled")), Catch::Contains("is disabled"));
  CHECK_THAT(sentence(basic("expired")), Catch::Contains("has expired"));
  // Who does not prove to own a key learns nothing of it.
  CHECK(sentence(basic("elsewhere", "wrong")) == sentence(basic("unknown")));
  // An id may be a secret in the wrong place.
  CHECK_THAT(sentence(basic("S3CRET", "id")), !Catch::Contains("S3CRET"));
}
