#include "gateway/session_secret.h"

#include <catch2/catch.hpp>

#include "tests/support/test_pki.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

TEST_CASE("the secret of sessions is the file that is there, or a new one") {
  const test::TemporaryFolder folder;
  const auto made = kept_session_secret(folder.path() + "/data");
  REQUIRE(made);
  CHECK(made->size() == 64);
  CHECK(kept_session_secret(folder.path() + "/data") == *made);
  folder.write("secret", "mine\n");
  CHECK(kept_session_secret(folder.path()) == "mine");
}

TEST_CASE("a secret of sessions that cannot be kept can be set instead") {
  const test::TemporaryFolder folder;
  folder.write("secret", "");
  const auto secret = kept_session_secret(folder.path());
  REQUIRE_FALSE(secret);
  CHECK_THAT(secret.error().sentence, Catch::Contains("GATEWAY_SECRET"));
}
