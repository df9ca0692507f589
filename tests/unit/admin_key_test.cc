#include "gateway/admin/admin_key.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "common/auth/auth_headers.h"
#include "tests/support/test_pki.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using Shown = AdminKey::Shown;

namespace {

AdminRequest with(TextPairs headers) {
  AdminRequest request;
  request.headers = std::move(headers);
  return request;
}

AdminRequest with_basic(const std::string& id, const std::string& secret) {
  return with({{"authorization", basic_authorization(id, secret)}});
}

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text);
  return text;
}

}  // namespace

TEST_CASE("a key is shown in two ways, and only the right pair is right") {
  const AdminKey key("me", "se:cret");
  const struct {
    std::string what;
    AdminRequest request;
    Shown shown;
  } rows[] = {
      {"nothing", with({}), Shown::none},
      {"Basic", with_basic("me", "se:cret"), Shown::right},
      {"another id", with_basic("you", "se:cret"), Shown::wrong},
      {"another secret", with_basic("me", "se:cre"), Shown::wrong},
      {"no secret", with_basic("me", ""), Shown::wrong},
      {"nothing in it", with_basic("", ""), Shown::wrong},
      {"exchanged", with_basic("se:cret", "me"), Shown::wrong},
      {"another scheme", with({{"authorization", "Bearer se:cret"}}), Shown::wrong},
      {"no base64", with({{"authorization", "Basic me:se:cret"}}), Shown::wrong},
      {"two headers", with({{"otoroshi-client-id", "me"}, {"otoroshi-client-secret", "se:cret"}}),
       Shown::right},
      {"two headers, wrong", with({{"otoroshi-client-id", "me"}, {"otoroshi-client-secret", "x"}}),
       Shown::wrong},
      {"one of them", with({{"otoroshi-client-id", "me"}}), Shown::wrong},
      {"both ways, the headers are wrong",
       with({{"otoroshi-client-id", "me"},
             {"otoroshi-client-secret", "x"},
             {"authorization", basic_authorization("me", "se:cret")}}),
       Shown::wrong},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(key.shown_by(row.request) == row.shown);
  }
}

TEST_CASE("the settings' key is kept nowhere") {
  const test::TemporaryFolder folder;
  GatewayConfig config;
  config.data_dir = folder.path() + "/data";
  config.admin.client_secret = "secret";
  const auto named = [&config](const std::string& id) {
    config.admin.client_id = id;
    return AdminKey::find(config);
  };
  const auto without_id = named("");
  REQUIRE(without_id);
  CHECK(without_id->shown_by(with_basic("admin", "secret")) == Shown::right);
  const auto with_id = named("me");
  REQUIRE(with_id);
  CHECK(with_id->shown_by(with_basic("me", "secret")) == Shown::right);
  CHECK(with_id->shown_by(with_basic("admin", "secret")) == Shown::wrong);
  CHECK_FALSE(std::filesystem::exists(config.data_dir));
}

TEST_CASE("a key that the settings leave out is made once and kept") {
  const test::TemporaryFolder folder;
  GatewayConfig config;
  config.data_dir = folder.path() + "/data";
  REQUIRE(AdminKey::find(config));
  const auto text = content_of(admin_key_file(config.data_dir));
  REQUIRE(text.starts_with("admin:"));
  const auto secret = text.substr(6);
  CHECK(secret.size() == 64);

  const auto again = AdminKey::find(config);
  REQUIRE(again);
  CHECK(again->shown_by(with_basic("admin", secret)) == Shown::right);
  config.admin.client_id = "me";
  const auto renamed = AdminKey::find(config);
  REQUIRE(renamed);
  CHECK(renamed->shown_by(with_basic("me", secret)) == Shown::right);
}

TEST_CASE("what a file must hold to be a key") {
  const struct {
    std::string content;
    bool is_good;
  } rows[] = {{"me:pa:ss", true}, {"me:pass\n", true}, {"", false},
              {"pass", false},    {":pass", false},    {"me:", false}};
  for (const auto& row : rows) {
    CAPTURE(row.content);
    const test::TemporaryFolder folder;
    GatewayConfig config;
    config.data_dir = folder.path();
    std::ofstream(admin_key_file(config.data_dir)) << row.content;
    const auto key = AdminKey::find(config);
    CHECK(key.has_value() == row.is_good);
    if (key) continue;
    CHECK(key.error().code == ErrorCode::bad_input);
    CHECK(key.error().sentence.contains(admin_key_file(config.data_dir)));
    if (row.content.size() > 3) CHECK_FALSE(key.error().sentence.contains("pass"));
  }
}
