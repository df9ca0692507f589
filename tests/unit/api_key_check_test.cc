#include "common/model/api_key_check.h"

#include <catch2/catch.hpp>

using namespace otoroshi;

namespace {

ApiKey good_key() {
  ApiKey key;
  key.client_id = "id";
  key.client_secret = "hunter2:";
  key.client_name = "name";
  key.authorized_entities = {"route_r"};
  return key;
}

}  // namespace

TEST_CASE("a good key has no problem and no warning") {
  CHECK(check(good_key()).empty());
  CHECK(warnings(good_key()).empty());
}

TEST_CASE("a key with a colon in its id, or with restrictions, is refused") {
  auto key = good_key();
  key.client_id = "a:b";
  key.restrictions.enabled = true;
  const auto problems = check(key);
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].path == "/clientId");
  CHECK_THAT(problems[0].sentence, Catch::Contains("\"a:b\"") && Catch::Contains("colon"));
  CHECK(problems[1].path == "/restrictions/enabled");
  CHECK_THAT(problems[1].sentence, Catch::Contains("restrictions"));
}

TEST_CASE("a key that opens nothing is a warning") {
  auto key = good_key();
  key.authorized_entities.clear();
  key.rotation.enabled = true;
  CHECK(check(key).empty());
  const auto found = warnings(key);
  REQUIRE(found.size() == 2);
  CHECK(found[0].path == "/authorizedEntities");
  CHECK(found[1].path == "/rotation/enabled");
  key.enabled = false;
  key.rotation.next_secret = "next";
  CHECK(warnings(key).empty());
}
