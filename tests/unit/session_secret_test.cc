#include "gateway/session_secret.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/test_pki.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

unsigned mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

}  // namespace

TEST_CASE("a secret is made once, and only its owner can read it") {
  const test::TemporaryFolder folder;
  const auto data_dir = folder.path() + "/data";
  const auto secret = kept_session_secret(data_dir);
  REQUIRE(secret);
  CHECK(secret->size() == 64);
  CHECK(secret->find_first_not_of("0123456789abcdef") == secret->npos);
  CHECK(mode_of(data_dir) == 0700);
  CHECK(mode_of(data_dir + "/secret") == 0600);
  CHECK(kept_session_secret(data_dir) == *secret);
  // Nothing else was left there.
  CHECK(std::distance(std::filesystem::directory_iterator(data_dir), {}) == 1);
  CHECK(kept_session_secret(folder.path() + "/other") != *secret);
}

TEST_CASE("a secret that somebody has written is taken without its line end") {
  const test::TemporaryFolder folder;
  folder.write("secret", "mine\n");
  CHECK(kept_session_secret(folder.path()) == "mine");
}

TEST_CASE("a secret that cannot be kept is an error that says where and what to do") {
  const test::TemporaryFolder folder;
  folder.write("secret", "\n");
  folder.write("file", "");
  for (const auto& data_dir : {folder.path(), folder.path() + "/file", folder.path() + "/no/such"}) {
    CAPTURE(data_dir);
    const auto secret = kept_session_secret(data_dir);
    REQUIRE_FALSE(secret);
    CHECK(secret.error().code == ErrorCode::bad_input);
    CHECK_THAT(secret.error().sentence, Catch::Contains(data_dir) && Catch::Contains("GATEWAY_SECRET"));
  }
}
