#include "common/model/app_session_json.h"

#include <catch2/catch.hpp>

using namespace otoroshi;

namespace {

std::string complaint(std::string_view json) {
  const auto session = parse_app_session(json);
  return session ? "" : to_text(session.error());
}

}  // namespace

TEST_CASE("a session needs its id and its end; everything else may be absent") {
  const auto session = parse_app_session(R"({"randomId":"r","expiredAt":1700000000000})");
  REQUIRE(session);
  AppSession expected;
  expected.random_id = "r";
  expected.expired_at = 1'700'000'000'000;
  CHECK(*session == expected);
  CHECK(to_json(*session) ==
        R"({"randomId":"r","name":"","email":"","authConfigId":"","realm":"","createdAt":0,)"
        R"("expiredAt":1700000000000,"lastRefresh":0,"tags":[],"metadata":{}})");
}

TEST_CASE("a session that Otoroshi has written loses nothing") {
  const auto json =
      R"({"randomId":"r","name":"Ada","email":"ada@example.org","authConfigId":"m","realm":"x","createdAt":1,)"
      R"("expiredAt":2,"lastRefresh":3,"tags":["t"],"metadata":{"k":"v"},"_loc":{"tenant":"default","teams":[]},)"
      R"("profile":{"sub":"1"},"token":{"access":"a"},"otoroshiData":null})";
  const auto session = parse_app_session(json);
  REQUIRE(session);
  CHECK(session->name == "Ada");
  CHECK(session->last_refresh == 3);
  CHECK(to_json(*session) == json);
}

TEST_CASE("everything that is wrong with a session is named at once") {
  CHECK(complaint("{}") ==
        "/randomId: is missing: a text that is not blank is wanted\n"
        "/expiredAt: is missing: a whole number from 0 is wanted");
  CHECK(complaint(R"({"randomId":" ","expiredAt":"never","name":1,"tags":"x"})") ==
        "/randomId: a blank text is not allowed: a text that is not blank is wanted\n"
        "/expiredAt: \"never\" is not allowed: a whole number from 0 is wanted\n"
        "/name: a number is not allowed: a text is wanted\n"
        "/tags: a text is not allowed: a list is wanted");
}
