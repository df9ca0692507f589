#include "gateway/tunnel/target_template.h"

#include <catch2/catch.hpp>

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace std::string_literals;

namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

RouteTarget target(std::string hostname, std::uint16_t port = 0) {
  RouteTarget result;
  result.hostname = std::move(hostname);
  result.port = port == 0 ? "" : std::to_string(port);
  return result;
}

tunnel::Request request(Query query) {
  tunnel::Request result;
  result.query = std::move(query);
  return result;
}

}  // namespace

TEST_CASE("hostname and port of a target become one host and one port") {
  const struct {
    std::string hostname;
    std::uint16_t port;
    Query query;
    std::string host;
    std::uint16_t dialled;
    bool from_request;
  } rows[] = {
      {"db.internal.com", 5432, {}, "db.internal.com", 5432, false},
      {"db.internal.com:5433", 5432, {}, "db.internal.com", 5433, false},
      {"db.internal.com",
       5432,
       {{"remoteHost", "evil.com"}, {"remotePort", "1"}},
       "db.internal.com",
       5432,
       false},
      {"10.0.0.1:22", 0, {}, "10.0.0.1", 22, false},
      {"::1", 22, {}, "::1", 22, false},
      {"[::1]", 22, {}, "::1", 22, false},
      {"[::1]:23", 22, {}, "::1", 23, false},
      {"${remote_host}", 22, {{"remoteHost", "a.b"}}, "a.b", 22, true},
      {"${remote_host}", 22, {{"remoteHost", "[fd00::1]"}}, "fd00::1", 22, true},
      {"${remote_host}:23", 22, {{"remoteHost", "fd00::1"}}, "fd00::1", 23, true},
      {"[${remote_host}]:23", 22, {{"remoteHost", "fd00::1"}}, "fd00::1", 23, true},
      {"${remote_host}:${remote_port}", 0, {{"remoteHost", "a"}, {"remotePort", "65535"}}, "a", 65535, true},
      {"${req.query.remoteHost}:${req.query.remotePort}",
       443,
       {{"remoteHost", "a"}, {"remotePort", "22"}},
       "a",
       22,
       true},
      {"fixed:${remote_port}", 0, {{"remotePort", "22"}}, "fixed", 22, true},
      {"${remote_host:a.b}", 22, {}, "a.b", 22, false},
      {"${remote_host:a.b}", 22, {{"remoteHost", "c"}}, "c", 22, true},
      {"${remote_host:a.b}:${remote_port:23}", 22, {}, "a.b", 23, false},
      {"${remote_host:a.b}:${remote_port:23}", 22, {{"remotePort", "24"}}, "a.b", 24, true},
      {"${remote_host:[fd00::1]}:${remote_port:23}", 0, {}, "fd00::1", 23, false},
      {"${remote_host:[fd00::1]}", 22, {}, "fd00::1", 22, false},
      {"${remote_host:fd00::1}", 22, {}, "fd00::1", 22, false},
      {"${req.query.db_name}.internal.com", 22, {{"db_name", "x"}}, "x.internal.com", 22, true},
      {"db-${req.query.shard:1}.internal.com:543${req.query.n}",
       0,
       {{"n", "2"}},
       "db-1.internal.com",
       5432,
       true},
      {"${remote_host}", 22, {{"remoteHost", "first"}, {"remoteHost", "second"}}, "first", 22, true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.hostname);
    const auto parsed = TargetTemplate::parse(target(row.hostname, row.port));
    REQUIRE(parsed);
    CHECK(parsed->depends_on_request() == row.hostname.contains('$'));
    const auto destination = parsed->resolve(request(row.query));
    REQUIRE(destination);
    CHECK(destination->host == row.host);
    CHECK(destination->port == row.dialled);
    CHECK(destination->from_request == row.from_request);
  }
}

TEST_CASE("a target keeps its address and its TLS") {
  auto fixed = target("db.internal.com", 5432);
  fixed.ip_address = "10.0.0.1";
  fixed.tls = true;
  fixed.trust_all = true;
  const auto destination = TargetTemplate::parse(fixed)->resolve(request({}));
  REQUIRE(destination);
  CHECK(destination->ip_address == "10.0.0.1");
  CHECK(destination->tls);
  CHECK(destination->trust_all);
}

TEST_CASE("\"port\" may hold a placeholder of its own") {
  auto by_request = target("db.test");
  by_request.port = "${remote_port:5432}";
  const auto parsed = TargetTemplate::parse(by_request);
  REQUIRE(parsed);
  CHECK(parsed->depends_on_request());
  CHECK(parsed->resolve({})->port == 5432);
  CHECK_FALSE(parsed->resolve({})->from_request);
  tunnel::Request request;
  request.query = {{"remotePort", "6432"}};
  const auto chosen = parsed->resolve(request);
  REQUIRE(chosen);
  CHECK(chosen->port == 6432);
  CHECK(chosen->from_request);

  for (const auto* wrong : {"${remote_port", "ssh", "0", "65536", "${remote_port:ssh}"}) {
    CAPTURE(wrong);
    by_request.port = wrong;
    CHECK_FALSE(TargetTemplate::parse(by_request));
  }
}

TEST_CASE("a template that is not understood, or can become no host and port, is refused by name") {
  const struct {
    std::string hostname;
    std::uint16_t port;
    std::string named;
  } rows[] = {
      {"", 22, "\"\" is no target"},
      {":22", 0, "is no target"},
      {"a b", 22, "is no target"},
      {"http://a", 22, "\"//a\" is not a port"},
      {"user@a", 22, "is no target"},
      {"a..b", 22, "is no target"},
      {"127.1", 22, "is no target"},
      {"a\r\nb", 22, "is no target"},
      {"a\0b"s, 22, "is no target"},
      {"[${remote_port}", 22, "is no target"},
      {"$remote_host", 22, "is no target"},
      {"${remote_host}${remote_host:a b}", 22, "is no target"},
      {"${remote_host:}", 22, "is no target"},
      {"${remote_host:a:22}", 22, "is no target"},
      {"a", 0, "has no port"},
      {"${remote_host}", 0, "has no port"},
      {"[::1]", 0, "has no port"},
      {"::1", 0, "has no port"},
      {"a:", 22, "is not a port"},
      {"a:0", 22, "is not a port"},
      {"a:99999", 22, "is not a port"},
      {"a:${remote_port:99999}", 22, "is not a port"},
      {"a:${remote_port:}", 22, "is not a port"},
      {"a:ssh", 22, "is not a port"},
      {"${remotehost}", 22, "${remotehost}"},
      {"${REMOTE_HOST}", 22, "${REMOTE_HOST}"},
      {"${req.query.}", 22, "${req.query.}"},
      {"${req.query.a b}", 22, "${req.query.a b}"},
      {"${req.headers.X-Host}", 22, "${req.headers.X-Host}"},
      {"${apikey.metadata.host}", 22, "${apikey.metadata.host}"},
      {"${vault://local/host}", 22, "${vault://local/host}"},
      {"${req.query.a || req.query.b :: c}", 22, "${req.query.a || req.query.b :: c}"},
      {"${${remote_host}}", 22, "${${remote_host}"},
      {"${}", 22, "${}"},
      {"a:${}", 22, "${}"},
      {"${remote_host", 22, "has no '}'"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.hostname);
    const auto parsed = TargetTemplate::parse(target(row.hostname, row.port));
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == ErrorCode::bad_input);
    CHECK_THAT(parsed.error().sentence, Catch::Contains(row.named));
  }
  auto with_address = target("a", 22);
  for (const auto* address : {"a", "10.0.0.1:22", "[::1]", "10.0.0.0/8"}) {
    CAPTURE(address);
    with_address.ip_address = address;
    CHECK_FALSE(TargetTemplate::parse(with_address));
  }
}

TEST_CASE("what a request sends is one host and one port, or is refused") {
  const auto fill = [](Query query) {
    return TargetTemplate::parse(target("${remote_host}:${remote_port:22}"))
        ->resolve(request(std::move(query)));
  };
  REQUIRE(fill({{"remoteHost", "a"}}));

  const std::string hosts[] = {"",
                               "a:22",
                               "[::1]:22",
                               "::1:22x",
                               "a\r\nHost: b",
                               "a\0.b"s,
                               "user@a",
                               "..",
                               "../../etc",
                               "a/b",
                               "a?b",
                               "a#b",
                               "a b",
                               " a",
                               "%61",
                               "%2561",
                               "a%00",
                               "a%0d%0ab",
                               "${remote_port}",
                               "127.1",
                               "0x7f000001",
                               "2130706433",
                               "fe80::1%lo",
                               "[a]",
                               "http://a",
                               "\xc3\xa9.com",
                               "a,b",
                               "*",
                               std::string(64 * 1024, 'a')};
  for (const auto& host : hosts) {
    CAPTURE(host.substr(0, 80));
    const auto destination = fill({{"remoteHost", host}});
    REQUIRE_FALSE(destination);
    CHECK(destination.error().code == ErrorCode::bad_input);
    CHECK(destination.error().side == Side::client);
    CHECK_THAT(destination.error().sentence, Catch::Contains("remoteHost"));
    CHECK(destination.error().sentence.size() < 400);
    CHECK_FALSE(destination.error().sentence.contains('\n'));
  }
  CHECK_THAT(fill({{"remoteHost", "a:22"}}).error().sentence,
             Catch::EndsWith("its port belongs in remotePort"));

  const std::string ports[] = {"",
                               "0",
                               "99999",
                               "65536",
                               "-1",
                               "+22",
                               " 22",
                               "22 ",
                               "22\n",
                               "22\0"s,
                               "ssh",
                               "22,23",
                               "1e3",
                               "0x16",
                               "22:22",
                               "%32",
                               std::string(64 * 1024, '2')};
  for (const auto& port : ports) {
    CAPTURE(port.substr(0, 80));
    const auto destination = fill({{"remoteHost", "a"}, {"remotePort", port}});
    REQUIRE_FALSE(destination);
    CHECK(destination.error().side == Side::client);
    CHECK_THAT(destination.error().sentence, Catch::Contains("remotePort"));
  }

  const auto missing = fill({{"remoteHOST", "a"}});
  REQUIRE_FALSE(missing);
  CHECK_THAT(missing.error().sentence, Catch::Contains("remoteHost is missing"));
}

TEST_CASE("a value inside a name cannot leave it") {
  const auto inside = TargetTemplate::parse(target("db${req.query.env}.internal.com", 22));
  REQUIRE(inside);
  CHECK(inside->resolve(request({{"env", "1"}}))->host == "db1.internal.com");
  CHECK_FALSE(inside->resolve(request({{"env", ""}})));

  const auto parsed = TargetTemplate::parse(target("${req.query.env}.internal.com", 22));
  REQUIRE(parsed);
  CHECK(parsed->resolve(request({{"env", "a.b"}}))->host == "a.b.internal.com");
  for (const auto& value :
       {"evil.com:1"s, "evil.com/"s, "evil.com#"s, "a@"s, "[::1]"s, "a."s, ""s, "evil.com\0"s}) {
    CAPTURE(value);
    CHECK_FALSE(parsed->resolve(request({{"env", value}})));
  }
}
