#include <catch2/catch.hpp>

#include <ctime>

#include "common/model/tcp_service_check.h"
#include "common/model/tcp_service_json.h"

using namespace otoroshi;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

TcpService parse(std::string_view json) {
  auto service = parse_tcp_service(json);
  if (!service) FAIL(to_text(service.error()));
  return *service;
}

std::string paths_of(const Problems& problems) {
  std::string paths;
  for (const auto& problem : problems) paths += problem.path + ' ';
  return paths;
}

TcpServicePtr service(std::string id, std::string interface, std::uint16_t port, bool sni = true,
                      TlsMode tls = TlsMode::enabled, ClientAuth client_auth = ClientAuth::none,
                      bool enabled = true) {
  TcpService made;
  made.name = "name of " + id;
  made.id = std::move(id);
  made.interface = std::move(interface);
  made.port = port;
  made.sni.enabled = sni;
  made.tls = tls;
  made.client_auth = client_auth;
  made.enabled = enabled;
  return std::make_shared<const TcpService>(std::move(made));
}

}  // namespace

TEST_CASE("good services have no problem") {
  for (
      const auto json : {
          R"({"port":1})"sv,
          R"({"port":1,"enabled":false})"sv,
          R"({"port":1,"interface":"::","rules":[{"domain":"*","targets":[{"host":"a.test","port":1}]}]})"sv,
          R"({"port":1,"interface":"127.0.0.1","rules":[{"domain":".*read.*","targets":[{"ip":"::1","port":1}]}]})"sv,
          R"({"port":1,"sni":{"enabled":true,"forwardIfNoMatch":true,"forwardsTo":{"host":"a","port":1}}})"sv,
          R"({"port":1,"sni":{"enabled":true,"forwardsTo":{"host":"a"}}})"sv,
          R"({"port":1,"sni":{"enabled":false,"forwardIfNoMatch":true}})"sv,
      }) {
    CAPTURE(json);
    CHECK(to_text(check(parse(json))) == "");
  }
}

TEST_CASE("everything that is wrong with a service is named at once") {
  TcpService service = parse(R"({"port":1,"interface":"eth0",
      "sni":{"enabled":true,"forwardIfNoMatch":true,"forwardsTo":{"host":"a b","ip":"1.2.3","port":0}},
      "rules":[{"domain":"","targets":[]},{"domain":"a(b","targets":[{"host":"[::1]","port":1},{"port":1},
               {"host":"a","ip":"localhost","port":1},{"host":"127.1","port":1}]}]})");
  service.port = 0;
  service.rules[1].targets[1].port = 0;
  const auto problems = check(service);
  const auto wanted_host =
      " is not allowed: a DNS name, an IPv4 address, or an IPv6 address without brackets, is wanted"s;
  const auto wanted_ip = " is not allowed: an IPv4 address, or an IPv6 address without brackets, is wanted"s;
  REQUIRE(problems.size() == 13);
  CHECK(problems[0] == Problem{"/port", "a service needs a port from 1 to 65535"});
  CHECK(problems[1] == Problem{"/interface", "\"eth0\"" + wanted_ip});
  CHECK(problems[2] == Problem{"/sni/forwardsTo/host", "\"a b\"" + wanted_host});
  CHECK(problems[3] == Problem{"/sni/forwardsTo/ip", "\"1.2.3\"" + wanted_ip});
  CHECK(problems[4] == Problem{"/sni/forwardsTo/port", "a target needs a port from 1 to 65535"});
  CHECK(problems[5].path == "/rules/0/domain");
  CHECK(problems[6] == Problem{"/rules/0/targets", "a rule needs at least one target"});
  CHECK(problems[7].path == "/rules/1/domain");
  CHECK_THAT(problems[7].sentence, Catch::Contains("missing )"));  // RE2's own message
  CHECK(problems[8] == Problem{"/rules/1/targets/0/host", "\"[::1]\"" + wanted_host});
  CHECK(problems[9] == Problem{"/rules/1/targets/1/host", "a target needs a host or an ip"});
  CHECK(problems[10] == Problem{"/rules/1/targets/1/port", "a target needs a port from 1 to 65535"});
  CHECK(problems[11] == Problem{"/rules/1/targets/2/ip", "\"localhost\"" + wanted_ip});
  CHECK(problems[12] == Problem{"/rules/1/targets/3/host", "\"127.1\"" + wanted_host});
}

TEST_CASE("forwardIfNoMatch needs somewhere to forward to") {
  CHECK(
      check(parse(R"({"port":1,"sni":{"enabled":true,"forwardIfNoMatch":true}})")) ==
      Problems{{"/sni/forwardsTo", "sni.forwardIfNoMatch needs a host (or an ip) and a port to forward to"}});
}

TEST_CASE("what has no effect is a warning") {
  const struct {
    std::string_view what, json, paths;
  } rows[] = {
      {"plain", R"({"port":1,"rules":[{"domain":"*","targets":[{"host":"a","port":1}]}]})", ""},
      {"TLS to a target",
       R"({"port":1,"rules":[{"domain":"*","targets":[{"host":"a","port":1,"tls":true}]}]})", ""},
      {"domains with SNI",
       R"({"port":1,"sni":{"enabled":true},"rules":[{"domain":"a","targets":[{"host":"a","port":1}]}]})", ""},
      {"clientAuth with Enabled",
       R"({"port":1,"tls":"Enabled","clientAuth":"Need","rules":[{"domain":".*","targets":[{"host":"a","port":1}]}]})",
       ""},
      {"only a default target",
       R"({"port":1,"sni":{"enabled":true,"forwardIfNoMatch":true,"forwardsTo":{"host":"a","port":1}}})", ""},
      {"disabled without targets", R"({"port":1,"enabled":false})", ""},
      {"enabled without targets", R"({"port":1})", "/rules "},
      {"a default target that is not used",
       R"({"port":1,"sni":{"enabled":true,"forwardsTo":{"host":"a","port":1}}})", "/rules "},
      {"clientAuth without Enabled",
       R"({"port":1,"tls":"PassThrough","clientAuth":"Want","rules":[{"domain":"*","targets":[{"host":"a","port":1}]}]})",
       "/clientAuth "},
      {"forwardIfNoMatch without SNI",
       R"({"port":1,"sni":{"forwardIfNoMatch":true},"rules":[{"domain":"*","targets":[{"host":"a","port":1}]}]})",
       "/sni/forwardIfNoMatch "},
      {"domains without SNI",
       R"({"port":1,"rules":[{"domain":"*","targets":[{"host":"a","port":1}]},{"domain":"a","targets":[{"host":"a","port":1}]}]})",
       "/rules/1/domain "},
      {"TLS in PassThrough",
       R"({"port":1,"tls":"PassThrough","sni":{"enabled":true,"forwardsTo":{"host":"a","port":1,"tls":true}},
           "rules":[{"domain":"a","targets":[{"host":"a","port":1},{"host":"a","port":1,"tls":true}]}]})",
       "/sni/forwardsTo/tls /rules/0/targets/1/tls "},
      {"trust_all without TLS",
       R"({"port":1,"rules":[{"domain":"*","targets":[{"host":"a","port":1,"tls_config":{"trust_all":true}}]}]})",
       "/rules/0/targets/0/tls_config "},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto service = parse(row.json);
    CHECK(paths_of(warnings(service)) == row.paths);
    CHECK(to_text(check(service)) == "");
  }
}

TEST_CASE("which services can be there together") {
  const auto enabled = TlsMode::enabled;
  const auto none = ClientAuth::none;
  const struct {
    std::string_view what;
    std::vector<TcpServicePtr> services;
    std::string_view paths;
  } rows[] = {
      {"none", {}, ""},
      {"one without SNI", {service("a", "0.0.0.0", 1, false)}, ""},
      {"different ports", {service("a", "0.0.0.0", 1, false), service("b", "0.0.0.0", 2, false)}, ""},
      {"shared with SNI", {service("a", "::", 1), service("b", "::", 1), service("c", "::", 1)}, ""},
      {"one of three without SNI",
       {service("a", "::", 1), service("b", "::", 1, false), service("c", "::", 1)},
       "/1/port "},
      {"the first without SNI",
       {service("a", "::", 1, false), service("b", "::", 1), service("c", "::", 1)},
       "/1/port /2/port "},
      {"tls differs",
       {service("a", "::", 1), service("b", "::", 1, true, TlsMode::pass_through)},
       "/1/port "},
      {"clientAuth differs",
       {service("a", "::", 1), service("b", "::", 1, true, enabled, ClientAuth::need)},
       "/1/port "},
      {"other addresses",
       {service("a", "127.0.0.1", 1, false), service("b", "127.0.0.2", 1, false),
        service("c", "::1", 1, false)},
       ""},
      {"all IPv4 and one IPv4", {service("a", "0.0.0.0", 1), service("b", "127.0.0.1", 1)}, "/1/port "},
      {"one IPv4 and all IPv4", {service("a", "127.0.0.1", 1), service("b", "0.0.0.0", 1)}, "/1/port "},
      {"all IPv4 and one IPv6", {service("a", "0.0.0.0", 1), service("b", "::1", 1)}, ""},
      {"one IPv6 and all IPv4", {service("a", "::1", 1), service("b", "0.0.0.0", 1)}, ""},
      {"everything and one IPv4", {service("a", "::", 1), service("b", "127.0.0.1", 1)}, "/1/port "},
      {"everything and one IPv6", {service("a", "::", 1), service("b", "::1", 1)}, "/1/port "},
      {"everything and all IPv4", {service("a", "::", 1), service("b", "0.0.0.0", 1)}, "/1/port "},
      {"one IPv6 and everything", {service("a", "::1", 1), service("b", "::", 1)}, "/1/port "},
      {"all IPv4 and everything", {service("a", "0.0.0.0", 1), service("b", "::", 1)}, "/1/port "},
      {"two spellings", {service("a", "::1", 1), service("b", "0::1", 1)}, "/1/port "},
      {"a mapped address", {service("a", "0.0.0.0", 1), service("b", "::ffff:127.0.0.1", 1)}, "/1/port "},
      {"three in conflict",
       {service("a", "0.0.0.0", 1), service("b", "127.0.0.1", 1), service("c", "127.0.0.1", 1, false)},
       "/1/port /2/port "},
      {"disabled", {service("a", "::", 1, false), service("b", "::", 1, false, enabled, none, false)}, ""},
      {"disabled first",
       {service("a", "::", 1, false, enabled, none, false), service("b", "::", 1, false)},
       ""},
      {"not an address", {service("a", "eth0", 1, false), service("b", "eth0", 1, false)}, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(paths_of(check_together(row.services)) == row.paths);
  }
}

TEST_CASE("which interfaces overlap") {
  const struct {
    std::string_view one, other;
    bool overlap;
  } rows[] = {
      {"127.0.0.1", "127.0.0.1", true},
      {"127.0.0.1", "127.0.0.2", false},
      {"0.0.0.0", "127.0.0.1", true},
      {"0.0.0.0", "::1", false},
      {"0.0.0.0", "::ffff:127.0.0.1", true},
      {"::", "::1", true},
      {"::", "127.0.0.1", true},
      {"::", "0.0.0.0", true},
      {"::1", "0::1", true},
      {"::1", "127.0.0.1", false},
      {"::ffff:10.0.0.1", "10.0.0.1", true},
      {"eth0", "eth0", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.one, row.other);
    CHECK(interfaces_overlap(row.one, row.other) == row.overlap);
    CHECK(interfaces_overlap(row.other, row.one) == row.overlap);
  }
}

TEST_CASE("a conflict names the other service and what to change") {
  const std::vector services = {service("a", "0.0.0.0", 5432, false), service("b", "127.0.0.1", 5432)};
  CHECK(
      check_together(services) ==
      Problems{
          {"/1/port",
           "service 'name of b' and service 'name of a' cannot share port 5432: the interfaces 127.0.0.1 and "
           "0.0.0.0 overlap but are not written the same; use another port, or the same interface, tls and "
           "clientAuth and sni.enabled in both"}});
}

TEST_CASE("ten thousand services are checked in no time, shared or not") {
  std::vector<TcpServicePtr> shared, spread, colliding;
  for (int i = 0; i < 10'000; ++i) {
    const auto id = std::to_string(i);
    shared.push_back(service(id, "0.0.0.0", 443));
    spread.push_back(
        service(id, "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), 443, false));
    colliding.push_back(service(id, "0.0.0.0", 443, false));
  }
  const auto started = std::clock();  // of this process: others have the cores, too
  CHECK(check_together(shared).empty());
  CHECK(check_together(spread).empty());
  CHECK(check_together(colliding).size() == 9'999);
  // Some 10 ms without sanitizers.
  CHECK(std::clock() - started < 2 * CLOCKS_PER_SEC);
}

TEST_CASE("a sentence names a service by its name, or else by its id") {
  TcpService named;
  named.id = "s1";
  CHECK(described(named) == "service 's1'");
  named.name = "db";
  CHECK(described(named) == "service 'db'");
  named.name = "it's\n";
  CHECK(described(named) == "service 'it\\'s\\n'");
}
