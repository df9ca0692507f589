#include "gateway/store/kept_secret.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/test_pki.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

const KeptSecret admin_key = {.file = "admin-key",
                              .description = "key of the admin API",
                              .setting = "\"admin.clientSecret\"",
                              .prefix = "me:"};

unsigned mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

}  // namespace

TEST_CASE("a secret is made once, and only its owner can read it") {
  const test::TemporaryFolder folder;
  const auto data_dir = folder.path() + "/data";
  const auto secret = kept_secret(data_dir, admin_key);
  REQUIRE(secret);
  CHECK(secret->starts_with("me:"));
  CHECK(secret->size() == 3 + 64);
  CHECK(secret->find_first_not_of("0123456789abcdef", 3) == secret->npos);
  CHECK(mode_of(data_dir) == 0700);
  CHECK(mode_of(data_dir + "/admin-key") == 0600);
  CHECK(kept_secret(data_dir, admin_key) == *secret);
  // Nothing else was left there.
  CHECK(std::distance(std::filesystem::directory_iterator(data_dir), {}) == 1);
  CHECK(kept_secret(folder.path() + "/other", admin_key) != *secret);
}

TEST_CASE("a secret that somebody has written is taken without its line end") {
  const test::TemporaryFolder folder;
  folder.write("admin-key", "mine\n");
  CHECK(kept_secret(folder.path(), admin_key) == "mine");
}

TEST_CASE("a secret that cannot be kept is an error that says where and what to do") {
  const test::TemporaryFolder folder;
  folder.write("admin-key", "\n");
  folder.write("file", "");
  for (const auto& data_dir : {folder.path(), folder.path() + "/file", folder.path() + "/no/such"}) {
    CAPTURE(data_dir);
    const auto secret = kept_secret(data_dir, admin_key);
    REQUIRE_FALSE(secret);
    CHECK(secret.error().code == ErrorCode::bad_input);
    CHECK_THAT(
        secret.error().sentence,
        Catch::StartsWith("the key of the admin API cannot be kept in '" + data_dir + "/admin-key': ") &&
            Catch::EndsWith("or set \"admin.clientSecret\", and nothing is kept"));
  }
}
