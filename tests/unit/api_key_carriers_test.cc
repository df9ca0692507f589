#include "gateway/tunnel/api_key_carriers.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "common/text/base64.h"
#include "tests/support/token_maker.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace otoroshi::test;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

tunnel::Request request_of(Pairs headers, Pairs query = {}) {
  tunnel::Request request;
  request.headers = std::move(headers);
  request.query = std::move(query);
  return request;
}

struct Shown {
  std::string operator()(const NoProof&) const { return "alone"; }
  std::string operator()(const ShownSecret& shown) const { return "secret " + shown.secret; }
  std::string operator()(const Jws&) const { return "token"; }
  std::string operator()(const SignedId& id) const { return "signed " + id.signature; }
};

// "id secret s; id2 token", in order.
std::string found_in(const tunnel::Request& request, const ApiKeyRule& rule = {}) {
  std::string text;
  const auto credentials = find_api_keys(request, rule);
  for (const auto& credential : credentials.found) {
    if (!text.empty()) text += "; ";
    text += credential.client_id + " " + std::visit(Shown{}, credential.proof);
  }
  return credentials.broken_token ? text + "(broken)" : text;
}

const std::string pair_text = base64_encode("basic:s:x");
const std::string jwt = hs_token("s", R"({"clientId":"jwt"})");

}  // namespace

TEST_CASE("api_key_carriers: each carrier is found") {
  struct Case {
    std::string name;
    tunnel::Request request;
    std::string found;
  };
  const std::vector<Case> cases = {
      {"nothing", request_of({}), ""},
      {"x-api-key", request_of({{"X-Api-Key", "alone"}}), "alone alone"},
      {"x-api-key in the query", request_of({}, {{"x-api-key", "q"}}), "q alone"},
      {"x-api-key as cookie", request_of({{"Cookie", "x-api-key=c"}}), "c alone"},
      {"empty x-api-key", request_of({{"x-api-key", ""}}), ""},
      {"custom headers", request_of({{"otoroshi-client-id", "custom"}, {"Otoroshi-Client-Secret", "s"}}),
       "custom secret s"},
      {"custom headers without the secret", request_of({{"Otoroshi-Client-Id", "custom"}}), ""},
      {"Basic", request_of({{"Authorization", "basic " + pair_text}}), "basic secret s:x"},
      {"Otoroshi-Authorization", request_of({{"Otoroshi-Authorization", "Basic " + pair_text}}),
       "basic secret s:x"},
      {"Otoroshi-Authorization goes first",
       request_of({{"Authorization", "Basic " + base64_encode("a:b")},
                   {"Otoroshi-Authorization", "Basic " + pair_text}}),
       "basic secret s:x"},
      {"Basic in the query", request_of({}, {{"basic_auth", pair_text}}), "basic secret s:x"},
      {"Basic as cookie", request_of({{"Cookie", "basic_auth=" + pair_text}}), "basic secret s:x"},
      {"Basic that is none", request_of({{"Authorization", "Basic %%%"}}), ""},
      {"Bearer", request_of({{"Authorization", "Bearer " + jwt}}), "jwt token"},
      {"Otoroshi-Token", request_of({{"Otoroshi-Token", jwt}}), "jwt token"},
      {"Otoroshi-Token with a scheme", request_of({{"Otoroshi-Token", "Bearer " + jwt}}), "jwt token"},
      {"JWT in the query", request_of({}, {{"bearer_auth", jwt}}), "jwt token"},
      {"JWT as cookie", request_of({{"Cookie", "access_token=" + jwt}}), "jwt token"},
      {"a session beside a JWT",
       request_of({{"Otoroshi-Token", "ab::c"}, {"Authorization", "Bearer " + jwt}}), "jwt token"},
      {"an opaque token", request_of({{"Authorization", "Bearer opaque"}}), ""},
      {"a broken JWT", request_of({{"Authorization", "Bearer a.b.c"}}), "(broken)"},
      {"alg none",
       request_of({{"Authorization", "Bearer " + unsigned_token(R"({"alg":"none"})", "{}") + "."}}),
       "(broken)"},
      {"a JWT that names no key", request_of({{"Authorization", "Bearer " + hs_token("s", "{}")}}), ""},
      {"an RS token",
       request_of({{"Authorization", "Bearer " + SigningKey::rsa().token("RS256", R"({"iss":"x"})")}}), ""},
      {"signed id", request_of({{"Authorization", "Bearer otoapk_my_id_0af9"}}), "my_id signed 0af9"},
      {"signed id in x-api-key", request_of({{"x-api-key", "otoapk_id_0af9"}}), "id signed 0af9"},
      {"signed id in the query", request_of({}, {{"bearer_auth", "otoapk_id_0af9"}}), "id signed 0af9"},
      {"signed id as cookie", request_of({{"Cookie", "bearer=otoapk_id_0af9"}}), "id signed 0af9"},
      {"signed id without signature", request_of({{"Authorization", "Bearer otoapk_id"}}), ""}};
  for (const auto& [name, request, found] : cases) {
    CAPTURE(name);
    CHECK(found_in(request) == found);
  }
}

TEST_CASE("api_key_carriers: a JWT names its key by clientId, client_id, cid, iss") {
  struct Case {
    std::string claims, found;
  };
  const std::vector<Case> cases = {{R"({"iss":"d","cid":"c","client_id":"b","clientId":"a"})", "a token"},
                                   {R"({"iss":"d","cid":"c","client_id":"b"})", "b token"},
                                   {R"({"iss":"d","cid":"c"})", "c token"},
                                   {R"({"iss":"d"})", "d token"},
                                   {R"({"clientId":7,"iss":"d"})", "d token"},
                                   {R"({"sub":"d"})", ""}};
  for (const auto& [claims, found] : cases) {
    CAPTURE(claims);
    CHECK(found_in(request_of({{"Authorization", "Bearer " + hs_token("s", claims)}})) == found);
  }
}

TEST_CASE("api_key_carriers: several stand in the order of priority, and a rule looks only at its own") {
  const auto request = request_of({{"x-api-key", "alone"},
                                   {"Otoroshi-Client-Id", "custom"},
                                   {"Otoroshi-Client-Secret", "s"},
                                   {"Authorization", "Bearer " + jwt},
                                   {"Otoroshi-Authorization", "Basic " + pair_text},
                                   {"Cookie", "bearer=otoapk_id_0af9"}});
  CHECK(found_in(request) == "alone alone; custom secret s; jwt token; basic secret s:x; id signed 0af9");
  const ApiKeyRule none{
      .basic = false, .custom_headers = false, .client_id = false, .jwt = false, .oto_bearer = false};
  const auto only = [&](bool ApiKeyRule::*carrier) {
    auto rule = none;
    rule.*carrier = true;
    return found_in(request, rule);
  };
  CHECK(found_in(request, none).empty());
  CHECK(only(&ApiKeyRule::client_id) == "alone alone");
  CHECK(only(&ApiKeyRule::custom_headers) == "custom secret s");
  CHECK(only(&ApiKeyRule::jwt) == "jwt token");
  CHECK(only(&ApiKeyRule::basic) == "basic secret s:x");
  CHECK(only(&ApiKeyRule::oto_bearer) == "id signed 0af9");
}
