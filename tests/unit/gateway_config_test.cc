#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gateway/config/read_config.h"
#include "gateway/config/setting_table.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace std::chrono_literals;

namespace {

GatewayConfig good(std::string_view text, std::vector<std::string> environment = {}, ConfigFlags flags = {}) {
  auto config = read_config(text, "/etc/gateway/gateway.json", environment, flags);
  if (!config) FAIL(to_text(config.error()));
  return *config;
}

Problems bad(std::string_view text, std::vector<std::string> environment = {}) {
  auto config = read_config(text, "gateway.json", environment);
  REQUIRE_FALSE(config);
  return config.error();
}

bool mentions(const std::string& text, const char* part) {
  return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("without a file every setting has its default") {
  auto config = read_config("", "");
  REQUIRE(config);
  CHECK(config->threads == 0);
  CHECK(config->data_dir == "otoroshi-data");
  CHECK(config->store.type == StoreType::sqlite);
  CHECK(config->timeouts.idle == 1h);
  CHECK(config->limits.socket_buffer == 1048576);
  CHECK(config->events.output == "none");
  CHECK(config->upstream_tls.verify);
}

TEST_CASE("a file with comments and trailing commas sets every kind of value") {
  auto config = good(R"({
    "threads": 4,                     // a comment
    "import": ["a.json", "/b.json",], /* another */
    "importReplace": true,
    "secret": "s3cret",
    "store": {"type": "memory"},
    "tunnel": {"address": "::1", "tlsPort": 8443, "pingInterval": "10s"},
    "certificates": {"dir": "../certs", "defaultDomain": "a.test"},
    "upstreamTls": {"verify": false},
    "timeouts": {"peek": "250ms", "halfClosed": "0", "drain": "2m"},
    "limits": {"maxConnections": 1000, "socketBuffer": "64KiB"},
    "events": {"output": "events.log"},
    "log": {"level": "warn", "format": "json"},
  })");
  CHECK(config.threads == 4);
  CHECK(config.imports == std::vector<std::string>{"/etc/gateway/a.json", "/b.json"});
  CHECK(config.import_replace);
  CHECK(config.store.type == StoreType::memory);
  CHECK(config.secret == "s3cret");
  CHECK(config.tunnel.address == "::1");
  CHECK(config.tunnel.tls_port == 8443);
  CHECK(config.tunnel.ping_interval == 10s);
  CHECK(config.certificates.dir == "/etc/gateway/../certs");
  CHECK(config.certificates.default_domain == "a.test");
  CHECK(config.certificates.client_ca_file.empty());
  CHECK_FALSE(config.upstream_tls.verify);
  CHECK(config.timeouts.peek == 250ms);
  CHECK(config.timeouts.half_closed == 0s);
  CHECK(config.timeouts.drain == 2min);
  CHECK(config.limits.max_connections == 1000);
  CHECK(config.limits.socket_buffer == 65536);
  CHECK(config.events.output == "/etc/gateway/events.log");
  CHECK(config.log.level == LogLevel::warn);
  CHECK(config.log.format == LogFormat::json);
  CHECK(config.data_dir == "/etc/gateway/otoroshi-data");
}

TEST_CASE("'stdout' and 'none' are no file names") {
  CHECK(good(R"({"events": {"output": "stdout"}})").events.output == "stdout");
  CHECK(good(R"({"events": {"output": "none"}})").events.output == "none");
}

TEST_CASE("a wrong setting is one problem that names file, path, value and what is allowed") {
  struct Row {
    const char *json, *path, *found, *allowed;
  };
  const Row rows[] = {
      {R"({"threads": "four"})", "/threads", "four", "number from 0 to 1024"},
      {R"({"threads": -1})", "/threads", "-1", "number from 0 to 1024"},
      {R"({"admin": {"port": 65536}})", "/admin/port", "65536", "65535"},
      {R"({"admin": {"port": 1.5}})", "/admin/port", "1.5", "65535"},
      {R"({"admin": {"address": "localhost"}})", "/admin/address", "localhost", "IP address"},
      {R"({"admin": {"address": "[::1]"}})", "/admin/address", "[::1]", "without brackets"},
      {R"({"admin": 8081})", "/admin", "a number", "object"},
      {R"({"metrics": {"open": "yes"}})", "/metrics/open", "yes", "true or false"},
      {R"({"import": "a.json"})", "/import", "a text", "list"},
      {R"({"import": ["a.json", 7]})", "/import/1", "", "text"},
      {R"({"store": {"type": "redis"}})", "/store/type", "redis", "\"memory\""},
      {R"({"timeouts": {"peek": 5}})", "/timeouts/peek", "5", "\"5s\""},
      {R"({"timeouts": {"peek": "5"}})", "/timeouts/peek", "5", "\"5s\""},
      {R"({"timeouts": {"peek": "0s"}})", "/timeouts/peek", "0s", "longer than 0"},
      {R"({"timeouts": {"idle": "1d"}})", "/timeouts/idle", "1d", "\"5s\""},
      {R"({"limits": {"socketBuffer": "1MB"}})", "/limits/socketBuffer", "1MB", "MiB"},
      {R"({"limits": {"socketBuffer": true}})", "/limits/socketBuffer", "true", "MiB"},
      {R"({"limits": {"maxConnections": -5}})", "/limits/maxConnections", "-5", "0"},
      {R"({"log": {"level": "loud"}})", "/log/level", "loud", "\"debug\""},
      {R"({"events": {"output": ""}})", "/events/output", "\"\"", "stdout"},
      {R"({"theads": 1})", "/theads", "theads", "did you mean \"threads\"?"},
      {R"({"timeouts": {"halfclose": "1s"}})", "/timeouts/halfclose", "halfclose", "\"halfClosed\"?"},
      {R"({"metrics": {"zzzzzz": 1}})", "/metrics/zzzzzz", "zzzzzz", "allowed here are open"},
      {R"({"timeouts.peek.x": "1s"})", "/timeouts.peek.x", "timeouts.peek.x", "allowed here are threads"},
      {R"({"admin": {"key": "k.pem"}})", "/admin", "\"key\"", "set both or none"},
      {R"({"admin": {"clientId": "a:b"}})", "/admin/clientId", "\"a:b\"", "must not contain ':'"},
      {R"({"admin": {"port": 8080}})", "/admin/port", "8080", "different ports"},
      {R"({"admin": {"port": 99}, "tunnel": {"tlsPort": 99}})", "/admin/port", "tunnel.tlsPort", "set one"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.json);
    auto problems = bad(row.json);
    REQUIRE(problems.size() == 1);
    CAPTURE(problems[0].path, problems[0].sentence);
    CHECK(problems[0].path.ends_with(row.path));
    CHECK(mentions(problems[0].sentence, row.found));
    CHECK(mentions(problems[0].sentence, row.allowed));
  }
}

TEST_CASE("all problems of file and environment are told at once") {
  auto problems = bad(R"({"threads": -1, "log": {"level": 7}, "nonsense": {}})",
                      {"GATEWAY_TIMEOUTS_IDLE=soon", "GATEWAY_THREADZ=1"});
  REQUIRE(problems.size() == 5);
  CHECK(problems[0].path == "gateway.json: /threads");
  CHECK(problems[3].path == "GATEWAY_TIMEOUTS_IDLE");
  CHECK(mentions(problems[4].sentence, "GATEWAY_THREADS"));
}

TEST_CASE("what is no JSON is told with line and column") {
  CHECK(mentions(to_text(bad("{\n  \"threads\": }")), "line 2"));
  CHECK(mentions(to_text(bad("[]")), "object"));
}

TEST_CASE("a secret is never repeated") {
  CHECK_FALSE(mentions(to_text(bad(R"({"secret": 123454321})")), "123454321"));
}

TEST_CASE("flags beat the environment, the environment beats the file") {
  const char* file = R"({"log": {"level": "warn", "format": "json"}, "threads": 2})";
  CHECK(good(file).log.level == LogLevel::warn);
  CHECK(good(file, {"GATEWAY_LOG_LEVEL=error"}).log.level == LogLevel::error);
  ConfigFlags flags{.log_level = LogLevel::debug, .log_format = LogFormat::text, .import_replace = true};
  auto config = good(file, {"GATEWAY_LOG_LEVEL=error", "GATEWAY_THREADS=3"}, flags);
  CHECK(config.log.level == LogLevel::debug);
  CHECK(config.log.format == LogFormat::text);
  CHECK(config.import_replace);
  CHECK(config.threads == 3);
}

TEST_CASE("the environment sets every kind of value; its paths are relative to the working directory") {
  auto config = good(
      "{}", {"GATEWAY_ADMIN_PORT=9000", "GATEWAY_TIMEOUTS_HALF_CLOSED=1m", "GATEWAY_IMPORT=a.json,b.json",
             "GATEWAY_UPSTREAM_TLS_VERIFY=false", "GATEWAY_LIMITS_SOCKET_BUFFER=4096",
             "GATEWAY_CERTIFICATES_DIR=pem", "GATEWAY_SECRET=123", "PATH=/bin"});
  CHECK(config.admin.port == 9000);
  CHECK(config.timeouts.half_closed == 1min);
  CHECK(config.imports == std::vector<std::string>{"a.json", "b.json"});
  CHECK_FALSE(config.upstream_tls.verify);
  CHECK(config.limits.socket_buffer == 4096);
  CHECK(config.certificates.dir == "pem");
  CHECK(config.secret == "123");
}

TEST_CASE("variables that Kubernetes makes for a Service called gateway are no settings") {
  good("{}", {"GATEWAY_SERVICE_HOST=10.0.0.1", "GATEWAY_PORT=tcp://10.0.0.1:80",
              "GATEWAY_PORT_80_TCP_ADDR=10.0.0.1"});
}

TEST_CASE("the admin API is open to other machines only with TLS, or where that is asked for") {
  const struct {
    std::string admin;
    bool is_refused, warns;
  } rows[] = {
      {R"("address": "127.0.0.1")", false, false},
      {R"("address": "127.8.9.1")", false, false},
      {R"("address": "::1")", false, false},
      {R"("address": "0.0.0.0")", true, false},
      {R"("address": "::")", true, false},
      {R"("address": "10.0.0.1")", true, false},
      {R"("address": "::7f00:1")", true, false},
      {R"("address": "0.0.0.0", "port": 0)", false, false},
      {R"("address": "0.0.0.0", "insecure": true)", false, true},
      {R"("address": "127.0.0.1", "insecure": true)", false, false},
      {R"("address": "0.0.0.0", "certificate": "a.crt", "key": "a.key")", false, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.admin);
    const auto json = "{\"admin\": {" + row.admin + "}}";
    if (row.is_refused) {
      const auto problems = bad(json);
      REQUIRE(problems.size() == 1);
      CHECK(problems[0].path.ends_with("/admin/address"));
      CHECK(mentions(problems[0].sentence, "\"insecure\": true"));
    } else {
      CHECK(good(json).warnings.size() == (row.warns ? 1 : 0));
    }
  }
}

TEST_CASE("the admin API and the tunnel may have one port on different addresses") {
  good(R"({"admin": {"port": 8080}, "tunnel": {"address": "127.0.0.2"}})");
  good(R"({"admin": {"port": 0}, "tunnel": {"tlsPort": 0}})");
}

TEST_CASE("importReplace is a warning where the files are the truth anyway") {
  auto config = good(R"({"importReplace": true, "store": {"type": "memory"}})");
  REQUIRE(config.warnings.size() == 1);
  CHECK(config.warnings[0].path == "/importReplace");
  CHECK(good(R"({"importReplace": true})").warnings.empty());
  CHECK(good(R"({"importReplace": false, "store": {"type": "memory"}})").warnings.empty());
}

TEST_CASE("docs/configuration.md lists every setting as the table has it") {
  auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  std::ifstream file(root / "docs/configuration.md");
  std::stringstream text;
  text << file.rdbuf();
  CAPTURE(settings_as_markdown());
  CHECK(text.str().find(settings_as_markdown()) != std::string::npos);
}
