#include "common/model/api_key_json.h"

#include <catch2/catch.hpp>

using namespace otoroshi;
using namespace std::string_literals;

namespace {

// A key with the mandatory fields and these.
std::string key_with(const std::string& members) {
  return R"({"clientId":"i","clientSecret":"s","clientName":"n")" + (members.empty() ? "" : "," + members) +
         "}";
}

ApiKey parse(const std::string& json) {
  auto key = parse_api_key(json);
  if (!key) FAIL(to_text(key.error()));
  return *key;
}

std::string complaint(const std::string& json) {
  const auto key = parse_api_key(json);
  return key ? "" : to_text(key.error());
}

}  // namespace

TEST_CASE("an API key needs id, secret and name; everything else has Otoroshi's default") {
  const auto key = parse(key_with(""));
  ApiKey expected;
  expected.client_id = "i"s;
  expected.client_secret = "s"s;
  expected.client_name = "n"s;
  CHECK(key == expected);
  CHECK(key.enabled);
  CHECK(key.daily_quota == 10'000'000);
  CHECK_FALSE(key.valid_until);
  CHECK(to_json(key) ==
        R"({"clientId":"i","clientSecret":"s","clientName":"n","description":"","authorizedEntities":[],)"
        R"("enabled":true,"readOnly":false,"allowClientIdOnly":false,"throttlingQuota":10000000,)"
        R"("dailyQuota":10000000,"monthlyQuota":10000000,"restrictions":{"enabled":false},)"
        R"("rotation":{"enabled":false,"nextSecret":null},"validUntil":null,"tags":[],"metadata":{}})");
}

TEST_CASE("an API key that Otoroshi has written loses nothing") {
  const auto json = key_with(
      R"("description":"d","authorizedEntities":["route_r","group_g"],"enabled":false,"readOnly":true,)"
      R"("allowClientIdOnly":true,"throttlingQuota":1,"dailyQuota":2,"monthlyQuota":3,)"
      R"("restrictions":{"enabled":false,"allowLast":true,"allowed":[{"method":"*","path":"/"}]},)"
      R"("rotation":{"enabled":true,"nextSecret":"t","rotationEvery":744},"validUntil":1700000000000,)"
      R"("tags":["a"],"metadata":{"k":"v"},"_loc":{"tenant":"default","teams":["x"]},"constrainedServicesOnly":false)");
  const auto key = parse(json);
  CHECK(key.valid_until == 1'700'000'000'000);
  CHECK(key.rotation.next_secret == "t");
  CHECK(to_json(key) == json);
  CHECK(parse(to_json(key)) == key);
}

TEST_CASE("what a key is good for is read from three fields and written as one") {
  using Names = std::vector<std::string>;
  const struct {
    std::string members;
    Names entities;
  } rows[] = {
      {R"("authorizedEntities":["route_a","service_b","group_c","route-composition_d","api_e"])",
       {"route_a", "service_b", "group_c", "route-composition_d", "api_e"}},
      {R"("authorizedEntities":["admin","router_1","route"])",
       {"group_admin", "group_router_1", "group_route"}},
      {R"("authorizedGroup":"g")", {"group_g"}},
      {R"("authorizedGroup":null,"authorizedEntities":null,"authorizations":null)", {}},
      {R"("authorizations":[{"kind":"route","id":"route_1"},{"kind":"group","id":"g"}])",
       {"route_route_1", "group_g"}},
      {R"("authorizedGroup":"g","authorizedEntities":["group_g","route_r"],)"
       R"("authorizations":[{"kind":"group","id":"g"},{"kind":"route","id":"r"},{"kind":"api","id":"a"}])",
       {"group_g", "route_r", "api_a"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.members);
    const auto key = parse(key_with(row.members));
    CHECK(key.authorized_entities == row.entities);
    CHECK(parse(to_json(key)) == key);
    CHECK(to_json(key).find("authorizations") == std::string::npos);
    CHECK(to_json(key).find("authorizedGroup") == std::string::npos);
  }
}

TEST_CASE("everything that is wrong with an API key is named at once, but no secret") {
  CHECK(complaint("{}") ==
        "/clientId: is missing: a text that is not blank is wanted\n"
        "/clientSecret: is missing: a text that is not blank is wanted\n"
        "/clientName: is missing: a text that is not blank is wanted");
  CHECK(complaint(R"({"clientId":"","clientSecret":" ","clientName":"\t"})") ==
        "/clientId: a blank text is not allowed: a text that is not blank is wanted\n"
        "/clientSecret: a blank text is not allowed: a text that is not blank is wanted\n"
        "/clientName: a blank text is not allowed: a text that is not blank is wanted");
  CHECK(complaint(
            R"({"clientId":"i","clientSecret":5317,"clientName":"n","rotation":{"nextSecret":["5317"]}})") ==
        "/clientSecret: a number is not allowed: a text is wanted\n"
        "/rotation/nextSecret: a list is not allowed: a text is wanted");
  CHECK(
      complaint(key_with(
          R"("authorizedGroup":1,"authorizedEntities":["",2],"authorizations":[{"kind":"team","id":"x"},{}],)"
          R"("dailyQuota":-1,"validUntil":"tomorrow")")) ==
      "/authorizedGroup: a number is not allowed: a text is wanted\n"
      "/authorizedEntities/0: a blank text is not allowed: a text that is not blank is wanted\n"
      "/authorizedEntities/1: a number is not allowed: a text is wanted\n"
      "/authorizations/0/kind: \"team\" is not allowed: one of \"group\", \"service\", \"route\", "
      "\"route-composition\", \"api\" is wanted\n"
      "/authorizations/1/kind: is missing: one of \"group\", \"service\", \"route\", "
      "\"route-composition\", \"api\" is wanted\n"
      "/authorizations/1/id: is missing: a text that is not blank is wanted\n"
      "/dailyQuota: -1 is not allowed: a whole number from 0 is wanted\n"
      "/validUntil: \"tomorrow\" is not allowed: a whole number is wanted");
}
