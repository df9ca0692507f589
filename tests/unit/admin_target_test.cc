#include "otoroshictl/resources/admin_target.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>

#include "common/auth/auth_headers.h"
#include "otoroshictl/resources/config_file.h"
#include "tests/support/test_pki.h"

using namespace otoroshi;
using namespace otoroshi::ctl;
using namespace otoroshi::test;
using namespace std::chrono_literals;

namespace {

using Variables = std::map<std::string, std::string>;

Result<AdminTarget> read(const TargetArguments& arguments, const Variables& variables = {}) {
  return to_target(arguments, [&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  });
}

AdminTarget target_of(const TargetArguments& arguments, const Variables& variables = {}) {
  auto target = read(arguments, variables);
  if (!target) FAIL(target.error().sentence);
  return *target;
}

std::string refusal_of(const TargetArguments& arguments, const Variables& variables = {}) {
  const auto target = read(arguments, variables);
  REQUIRE_FALSE(target.has_value());
  CHECK(target.error().code == ErrorCode::bad_input);
  CHECK_THAT(target.error().sentence, !Catch::Contains("s3cret"));
  return target.error().sentence;
}

const Variables key_in_environment = {{"OTOROSHI_ADMIN_CLIENT_ID", "env-id"},
                                      {"OTOROSHI_ADMIN_CLIENT_SECRET", "s3cret"}};

}  // namespace

TEST_CASE("target: without anything, the gateway of this machine, without a key") {
  const auto target = target_of({});
  CHECK(target.url.address == HostPort{"127.0.0.1", 8081});
  CHECK_FALSE(target.url.tls);
  CHECK(target.url.target.empty());
  CHECK(target.url_text == "http://127.0.0.1:8081");
  CHECK(target.authorization.empty());
  CHECK(target.key_text.empty());
  CHECK(target.timeout == 30s);
  CHECK(target.warnings.empty());
}

TEST_CASE("target: the command line wins over the environment, and that over the file") {
  const TemporaryFolder folder;
  const auto file =
      folder.write("config.yaml",
                   "url: https://file.test/api/\nclientId: file-id\nclientSecret: s3cret\ncaFile: ca.pem\n");
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);

  const auto from_file = target_of({.config_file = file});
  CHECK(from_file.url.address == HostPort{"file.test", 443});
  CHECK(from_file.url.tls);
  CHECK(from_file.url.target == "/api");
  CHECK(from_file.authorization == basic_authorization("file-id", "s3cret"));
  CHECK(from_file.key_text == "the key 'file-id' (" + file + ")");
  CHECK(from_file.ca_file == (std::filesystem::path(file).parent_path() / "ca.pem").string());
  CHECK(from_file.warnings.empty());

  Variables variables = key_in_environment;
  variables["OTOROSHI_URL"] = "http://env.test:1";
  variables["OTOROSHI_CONFIG"] = file;
  const auto from_environment = target_of({}, variables);
  CHECK(from_environment.url.address == HostPort{"env.test", 1});
  CHECK(from_environment.key_text == "the key 'env-id' (OTOROSHI_ADMIN_CLIENT_ID)");

  const auto from_line = target_of(
      {.url = "http://[::1]:2", .client_id = "id", .client_secret = "s:3", .timeout = "5s"}, variables);
  CHECK(from_line.url.address == HostPort{"::1", 2});
  CHECK(from_line.authorization == basic_authorization("id", "s:3"));
  CHECK(from_line.key_text == "the key 'id' (--client-id)");
  CHECK(from_line.timeout == 5s);

  const auto in_parts = target_of({.hostname = "parts.test", .port = "99", .tls = true}, variables);
  CHECK(in_parts.url.address == HostPort{"parts.test", 99});
  CHECK(in_parts.url.tls);
}

TEST_CASE("target: the file in the user's folder is read if it is there") {
  const TemporaryFolder folder;
  const auto base = std::filesystem::path(folder.write("x", "")).parent_path();
  std::filesystem::create_directories(base / "otoroshictl");
  CHECK(target_of({}, {{"XDG_CONFIG_HOME", base.string()}}).url_text == "http://127.0.0.1:8081");
  folder.write("otoroshictl/config.yaml", "url: http://usual.test\n");
  CHECK(target_of({}, {{"XDG_CONFIG_HOME", base.string()}}).url_text == "http://usual.test");
  CHECK(target_of({.url = "http://a"}, {{"XDG_CONFIG_HOME", base.string()}}).url_text == "http://a");
}

TEST_CASE("target: a key comes from files, too") {
  const TemporaryFolder folder;
  const auto key = folder.write("admin-key", "admin:s3:cret\n");
  CHECK(target_of({.key_file = key}, key_in_environment).authorization ==
        basic_authorization("admin", "s3:cret"));
  CHECK(target_of({.key_file = key}).key_text == "the key 'admin' (" + key + ")");
  const auto secret = folder.write("secret", "s3cret\n");
  CHECK(target_of({.client_id = "id", .client_secret = "@" + secret}).authorization ==
        basic_authorization("id", "s3cret"));
}

TEST_CASE("target: a file that others can read a secret in is worth a warning") {
  const TemporaryFolder folder;
  const auto file = folder.write("config.json", R"({"clientId":"id","clientSecret":"s3cret"})");
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::group_read);
  const auto target = target_of({.config_file = file});
  REQUIRE(target.warnings.size() == 1);
  CHECK_THAT(target.warnings.front(), Catch::Contains(file) && Catch::Contains("chmod 600"));
  const auto harmless = folder.write("harmless.json", R"({"url":"http://a"})");
  CHECK(target_of({.config_file = harmless}).warnings.empty());
}

TEST_CASE("target: what is wrong names its option, and shows no secret") {
  const TemporaryFolder folder;
  const auto no_key = folder.write("no-key", "s3cret\n");
  const struct {
    TargetArguments arguments;
    Variables variables;
    const char* sentence;
  } rows[] = {
      {{.url = "127.0.0.1:8081"}, {}, "--url: \"127.0.0.1:8081\" is no URL: write http://HOST:PORT"},
      {{.url = "ftp://a"}, {}, "is no URL"},
      {{.url = "http://a?x=1"}, {}, "without a query"},
      {{}, {{"OTOROSHI_URL", "x"}}, "OTOROSHI_URL: "},
      {{.client_id = "id"}, {}, "--client-secret: is needed with --client-id"},
      {{.client_secret = "s3cret"}, {}, "--client-id: is needed with --client-secret"},
      {{.client_id = "a:b", .client_secret = "s3cret"}, {}, "--client-id: a client id has no ':'"},
      {{.client_id = "a", .client_secret = "s3cret\n"}, {}, "--client-secret: has characters"},
      {{.client_id = "a", .client_secret = "@/nowhere"}, {}, "--client-secret: \"/nowhere\" cannot be read"},
      {{.key_file = "/nowhere"}, {}, "--key-file: \"/nowhere\" cannot be read"},
      {{.key_file = no_key}, {}, "does not hold a key as ID:SECRET"},
      {{.config_file = "/nowhere"}, {}, "\"/nowhere\": cannot be read"},
      {{.ca_file = "ca"}, {}, "have no effect on http://127.0.0.1:8081, which is without TLS"},
      {{.insecure = true}, {}, "without TLS"},
      {{.url = "https://a", .ca_file = "ca", .insecure = true}, {}, "leave one of them out"},
      {{.timeout = "0"}, {}, "--timeout: 0 would"},
      {{.timeout = "fast"}, {}, "--timeout: "},
      {{.url = "http://a", .hostname = "a"}, {}, "leave one of them out"},
      {{.port = "1"}, {}, "need --otoroshi-cluster-hostname"}};
  for (const auto& [arguments, variables, sentence] : rows) {
    CAPTURE(sentence);
    CHECK_THAT(refusal_of(arguments, variables), Catch::Contains(sentence));
  }
}

TEST_CASE("configuration file: the original client's is taken by its current context") {
  const std::string original = R"(
apiVersion: v1
kind: OtoroshiCtlConfig
metadata: {}
cloud_apim: ~
users:
  - {name: other, client_id: x, client_secret: y, health_key: ~}
  - {name: admin, client_id: id, client_secret: s3cret, health_key: ~}
contexts:
  - {name: prod, cluster: far, user: admin, cloud_apim: false}
clusters:
  - {name: near, hostname: near.test, port: 80, tls: false}
  - {name: far, hostname: far.test, port: 8443, tls: true, client_cert: {ca_location: /etc/ca.pem}}
)";
  const auto config = parse_config(original + "current_context: prod\n", "c.yaml");
  REQUIRE(config.has_value());
  CHECK(config->url == "https://far.test:8443");
  CHECK(config->client_id == "id");
  CHECK(config->client_secret == "s3cret");
  CHECK(config->ca_file == "/etc/ca.pem");
  CHECK_THAT(parse_config(original + "current_context: test\n", "c.yaml").error().sentence,
             Catch::Contains("current_context \"test\" is not among its contexts"));
}

TEST_CASE("configuration file: what is wrong is named, without what it holds") {
  const struct {
    const char* text;
    const char* sentence;
  } rows[] = {{"clientSecrt: s3cret", "\"clientSecrt\" is no setting, did you mean clientSecret?"},
              {"zzzzzz: s3cret", "url, clientId, clientSecret and caFile are"},
              {"clientSecret: [s3cret]", "clientSecret must be a text"},
              {"- s3cret", "one object is wanted"},
              {"s3cret", "one object is wanted"},
              {"", "one object is wanted"},
              {"{\"clientSecret\": \"s3cret\"", "line 1"},
              {"clientSecret: \"s3cret", "line"},
              {"url: a\nurl: b", "more than once"}};
  for (const auto& [text, sentence] : rows) {
    CAPTURE(text);
    const auto config = parse_config(text, "c.yaml");
    REQUIRE_FALSE(config.has_value());
    CHECK_THAT(config.error().sentence,
               Catch::Contains("c.yaml") && Catch::Contains(sentence) && !Catch::Contains("s3cret"));
  }
}
