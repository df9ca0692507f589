#include "gateway/tunnel/tunnel_route.h"

#include <algorithm>
#include <asio/ip/address.hpp>
#include <catch2/catch.hpp>

#include "common/model/route_json.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

// A route of JSON's parts; what is left out is as in the simplest tunnel there is.
struct Parts {
  std::string frontend = R"({"domains": ["db.oto.tools"]})";
  std::string backend = R"({"targets": [{"hostname": "db.internal.com", "port": 5432}]})";
  std::string plugins = "";  // behind TcpTunnel
  std::string tunnel = R"({"plugin": "cp:otoroshi.next.plugins.TcpTunnel"})";
  std::string more = "";
};

Route route(const Parts& parts) {
  const auto json = R"({"id": "r1", "frontend": )" + parts.frontend + R"(, "backend": )" + parts.backend +
                    R"(, "plugins": [)" + parts.tunnel + (parts.plugins.empty() ? "" : ", ") + parts.plugins +
                    "]" + parts.more + "}";
  CAPTURE(json);
  auto parsed = parse_route(json);
  REQUIRE(parsed);
  return *parsed;
}

// A plugin of Otoroshi's with its config.
std::string plugin(const std::string& name, const std::string& config = "{}", const std::string& more = "") {
  return R"({"plugin": "cp:otoroshi.next.plugins.)" + name + R"(", "config": )" + config + more + "}";
}

TunnelRoutePtr built(const Parts& parts) {
  const auto result = make_tunnel_route(std::make_shared<const Route>(route(parts)));
  CAPTURE(result ? "" : result.error().sentence);
  REQUIRE(result);
  REQUIRE(*result);
  return *result;
}

// Exactly one problem: there, and saying that.
void check_problem(const Parts& parts, const std::string& path, const std::string& named) {
  const auto wrong = route(parts);
  const auto problems = check(wrong);
  CAPTURE(to_text(problems));
  REQUIRE(problems.size() == 1);
  CHECK(problems.front().path == path);
  CHECK_THAT(problems.front().sentence, Catch::Contains(named));
  const auto refused = make_tunnel_route(std::make_shared<const Route>(wrong));
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().sentence, Catch::Contains("route \"r1\"") && Catch::Contains(path));
}

}  // namespace

TEST_CASE("a route with TcpTunnel alone is a public tunnel") {
  const auto tunnel = built({});
  CHECK(check(route({})).empty());
  CHECK(warnings(route({})).empty());
  CHECK(tunnel->domains == std::vector<std::string>{"db.oto.tools"});
  CHECK(tunnel->targets.size() == 1);
  CHECK(tunnel->destinations.empty());
  CHECK(tunnel->access.api_key.empty());
  CHECK(tunnel->access.jwt.empty());
  CHECK(tunnel->access.session.empty());
  CHECK(tunnel->access.addresses.admit(asio::ip::make_address("1.2.3.4")));
  CHECK(tunnel->route->id == "r1");
}

TEST_CASE("a route without an enabled TcpTunnel is no tunnel's, whatever else it holds") {
  for (const auto& tunnel : {plugin("Cors"), plugin("TcpTunnel", "{}", R"(, "enabled": false)"),
                             plugin("UdpTunnel"), plugin("tcptunnel")}) {
    const Parts parts{.frontend = R"({"domains": [], "methods": ["GET"]})",
                      .backend = R"({"targets": [{"hostname": "${x}"}]})",
                      .tunnel = tunnel};
    CAPTURE(tunnel);
    CHECK_FALSE(is_tunnel(route(parts)));
    CHECK(check(route(parts)).empty());
    const auto result = make_tunnel_route(std::make_shared<const Route>(route(parts)));
    REQUIRE(result);
    CHECK_FALSE(*result);
    const auto warned = warnings(route(parts));
    REQUIRE(warned.size() == 1);
    CHECK_THAT(warned.front().sentence, Catch::Contains("not served here"));
  }
}

TEST_CASE("access plugins become access rules") {
  const auto tunnel = built(
      {.plugins = plugin("ApikeyCalls") + ", " +
                  plugin("ApikeyCalls",
                         R"({"mandatory": false, "pass_with_user": true, "wipe_backend_request": false,
               "routing": {"enabled": false, "one_tag_in": ["x"]},
               "extractors": {"basic": {"enabled": false, "header_name": null, "query_name": null},
                              "custom_headers": {"enabled": false}, "client_id": {"enabled": false},
                              "jwt": {"enabled": false, "include_request_attrs": true},
                              "oto_bearer": {"enabled": false}}})") +
                  ", " + plugin("JwtVerificationOnly", R"({"verifier": "v1", "fail_if_absent": false})") +
                  ", " + plugin("JwtVerificationOnly", R"({"verifiers": ["v2", "v3"], "verifier": null})") +
                  ", " +
                  plugin("AuthModule", R"({"module": "m1", "auth_module": null, "pass_with_apikey": true})") +
                  ", " + plugin("IpAddressAllowedList", R"({"addresses": ["10.0.0.0/8"]})") + ", " +
                  plugin("IpAddressAllowedList", R"({"addresses": ["10.1.*", "10.2.*"]})") + ", " +
                  plugin("IpAddressBlockList", R"({"addresses": ["10.1.1.1"]})") + ", " +
                  plugin("IpAddressBlockList", R"({"addresses": ["10.1.1.2"]})")});
  const auto& access = tunnel->access;
  REQUIRE(access.api_key.size() == 2);
  const auto& usual = access.api_key[0];
  CHECK((usual.basic && usual.custom_headers && usual.client_id && usual.jwt && usual.oto_bearer));
  CHECK((usual.mandatory && !usual.pass_with_user));
  const auto& unusual = access.api_key[1];
  CHECK_FALSE(
      (unusual.basic || unusual.custom_headers || unusual.client_id || unusual.jwt || unusual.oto_bearer));
  CHECK((!unusual.mandatory && unusual.pass_with_user));
  REQUIRE(access.jwt.size() == 2);
  CHECK(access.jwt[0].verifiers == std::vector<std::string>{"v1"});
  CHECK_FALSE(access.jwt[0].fail_if_absent);
  CHECK(access.jwt[1].verifiers == std::vector<std::string>{"v2", "v3"});
  CHECK(access.jwt[1].fail_if_absent);
  REQUIRE(access.session.size() == 1);
  CHECK(access.session[0].pass_with_apikey);
  const auto admits = [&](const char* client) {
    return access.addresses.admit(asio::ip::make_address(client));
  };
  CHECK(admits("10.2.0.1"));
  CHECK_FALSE(admits("10.3.0.1"));
  CHECK_FALSE(admits("10.1.1.1"));
  CHECK_FALSE(admits("10.1.1.2"));
}

TEST_CASE("a plugin that is not understood to its last setting refuses the route") {
  const struct {
    std::string plugin;
    std::string path;
    std::string named;
  } rows[] = {
      {plugin("RoutingRestrictions"), "/plugins/1/plugin", "cp:otoroshi.next.plugins.RoutingRestrictions"},
      {plugin("Cors"), "/plugins/1/plugin", "cp:otoroshi.next.plugins.Cors"},
      {plugin("apikeycalls"), "/plugins/1/plugin", "apikeycalls"},
      {plugin("ApikeyCalls "), "/plugins/1/plugin", "ApikeyCalls "},
      {R"({"plugin": "ApikeyCalls"})", "/plugins/1/plugin", "ApikeyCalls"},
      {R"({"plugin": "cp:otoroshi.wasm.proxywasm.NgCorazaWAF"})", "/plugins/1/plugin", "NgCorazaWAF"},
      {plugin("TcpTunnel"), "/plugins/1/config", "second TcpTunnel"},
      {plugin("ApikeyCalls", "{}", R"(, "include": ["/x"])"), "/plugins/1/include", "include"},
      {plugin("ApikeyCalls", "{}", R"(, "exclude": ["/.well-known/.*"])"), "/plugins/1/exclude", "exclude"},
      {plugin("IpAddressBlockList", "{}", R"(, "exclude": ["/x"])"), "/plugins/1/exclude", "exclude"},
      {plugin("ApikeyCalls", "{}", R"(, "bound_listeners": ["l1"])"), "/plugins/1/bound_listeners", "bound_"},
      {plugin("ApikeyCalls", R"({"validate": false})"), "/plugins/1/config/validate", "lets everybody in"},
      {plugin("ApikeyCalls", R"({"validate": "no"})"), "/plugins/1/config/validate", "true or false"},
      {plugin("ApikeyCalls", R"({"routing": {"enabled": true}})"), "/plugins/1/config/routing",
       "not supported"},
      {plugin("ApikeyCalls", R"({"restricted": true})"), "/plugins/1/config/restricted", "not understood"},
      {plugin("ApikeyCalls", R"({"extractors": {"cert": {}}})"), "/plugins/1/config/extractors/cert",
       "not understood"},
      {plugin("ApikeyCalls", R"({"extractors": {"basic": {"realm": "x"}}})"),
       "/plugins/1/config/extractors/basic/realm", "not understood"},
      {plugin("ApikeyCalls", R"({"extractors": {"jwt": {"secret_signed": false}}})"),
       "/plugins/1/config/extractors/jwt/secret_signed", "not supported"},
      {plugin("ApikeyCalls", R"({"extractors": {"jwt": {"include_request_attrs": true}}})"),
       "/plugins/1/config/extractors/jwt/include_request_attrs", "not supported"},
      {plugin("ApikeyCalls", R"({"extractors": {"jwt": {"max_jwt_lifespan_sec": 60}}})"),
       "/plugins/1/config/extractors/jwt/max_jwt_lifespan_sec", "not supported"},
      {plugin("JwtVerificationOnly"), "/plugins/1/config/verifier", "is missing"},
      {plugin("JwtVerificationOnly", R"({"verifier": "", "verifiers": []})"), "/plugins/1/config/verifier",
       "is missing"},
      {plugin("JwtVerificationOnly", R"({"verifier": "v", "strategy": {}})"), "/plugins/1/config/strategy",
       "not understood"},
      {plugin("AuthModule", R"({"roles": ["admin"]})"), "/plugins/1/config/roles", "not understood"},
      {plugin("IpAddressAllowedList", R"({"addresses": ["10.0.0.0/8", "localhost"]})"),
       "/plugins/1/config/addresses/1", "localhost"},
      {plugin("IpAddressBlockList", R"({"addresses": ["10.0.0.0/99"]})"), "/plugins/1/config/addresses/0",
       "10.0.0.0/99"},
      {plugin("IpAddressBlockList", R"({"adresses": []})"), "/plugins/1/config/adresses", "not understood"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.plugin);
    check_problem({.plugins = row.plugin}, row.path, row.named);
    // Disabled, it may be whatever it likes.
    const auto disabled = R"({"enabled": false, )" + row.plugin.substr(1);
    CHECK(check(route({.plugins = disabled})).empty());
  }
}

TEST_CASE("what has no effect is accepted and named in a warning") {
  const struct {
    Parts parts;
    std::string path;
    std::string named;
  } rows[] = {
      {{.plugins = plugin("OverrideHost")}, "/plugins/1", "cp:otoroshi.next.plugins.OverrideHost"},
      {{.plugins = plugin("AdditionalHeadersIn", R"({"headers": {"a": "b"}})", R"(, "include": ["/x"])")},
       "/plugins/1",
       "AdditionalHeadersIn"},
      {{.plugins = plugin("XForwardedHeaders")}, "/plugins/1", "XForwardedHeaders"},
      {{.plugins = plugin("RemoveHeadersOut")}, "/plugins/1", "RemoveHeadersOut"},
      {{.plugins = plugin("MissingHeadersIn")}, "/plugins/1", "MissingHeadersIn"},
      {{.plugins = plugin("ApikeyCalls", R"({"update_quotas": false})")},
       "/plugins/1/config/update_quotas",
       "no effect"},
      {{.plugins = plugin("ApikeyCalls", R"({"extractors": {"basic": {"header_name": "X-Key"}}})")},
       "/plugins/1/config/extractors/basic/header_name",
       "X-Key"},
      {{.plugins = plugin("IpAddressAllowedList")}, "/plugins/1/config/addresses", "nobody"},
      {{.tunnel = plugin("TcpTunnel", R"({"destinations": [{"host": "*"}]})")},
       "/plugins/0/config/destinations",
       "no effect"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.parts.plugins);
    CHECK(check(route(row.parts)).empty());
    const auto warned = warnings(route(row.parts));
    REQUIRE(warned.size() == 1);
    CHECK(warned.front().path == row.path);
    CHECK_THAT(warned.front().sentence, Catch::Contains(row.named));
  }
}

TEST_CASE("a condition that a tunnel is not tested for refuses the route") {
  const struct {
    Parts parts;
    std::string path;
    std::string named;
  } rows[] = {
      {{.frontend = R"({"domains": []})"}, "/frontend/domains", "at least one"},
      {{.frontend = R"({"domains": [""]})"}, "/frontend/domains/0", "empty"},
      {{.frontend = R"({"domains": ["a", "a[b"]})"}, "/frontend/domains/1", "missing ]"},
      {{.frontend = R"({"domains": ["a/api"]})"}, "/frontend/domains/0", "\"/api\""},
      {{.frontend = R"({"domains": ["a/.well"]})"}, "/frontend/domains/0", "\"/.well\""},
      {{.frontend = R"({"domains": ["a/.well-known/otoroshi/tunnel/x"]})"},
       "/frontend/domains/0",
       "tunnel/x"},
      {{.frontend = R"({"domains": ["a/.well-known/otoroshi/tunnels"]})"}, "/frontend/domains/0", "tunnels"},
      {{.frontend = R"({"domains": ["a/*"]})"}, "/frontend/domains/0", "\"/*\""},
      {{.frontend = R"({"domains": ["a/.well-known"], "exact": true})"}, "/frontend/domains/0", "exact"},
      {{.frontend = R"({"domains": ["a/"], "exact": true})"}, "/frontend/domains/0", "exact"},
      {{.frontend = R"({"domains": ["a"], "methods": ["GET"]})"}, "/frontend/methods", "condition"},
      {{.frontend = R"({"domains": ["a"], "headers": {"x": "y"}})"}, "/frontend/headers", "condition"},
      {{.frontend = R"({"domains": ["a"], "query": {"x": "y"}})"}, "/frontend/query", "condition"},
      {{.frontend = R"({"domains": ["a"], "cookies": {"x": "y"}})"}, "/frontend/cookies", "condition"},
      {{.more = R"(, "bound_listeners": ["private"])"}, "/bound_listeners", "every listener"},
      {{.more = R"(, "backend_ref": "backend_1")"}, "/backend_ref", "not supported"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.parts.frontend, row.parts.more);
    check_problem(row.parts, row.path, row.named);
  }
  CHECK(check(route({.more = R"(, "bound_listeners": [], "backend_ref": null, "capture": true)"})).empty());
}

TEST_CASE("domains are Otoroshi's: a wildcard anywhere, perhaps with a path that leads to the tunnel") {
  const struct {
    std::string domain;
    std::string pattern;
  } rows[] = {
      {"db.oto.tools", "db.oto.tools"},
      {"db.oto.tools/", "db.oto.tools"},
      {"db.oto.tools/.well-known", "db.oto.tools"},
      {"db.oto.tools/.well-known/", "db.oto.tools"},
      {"db.oto.tools/.well-known/otoroshi/tunnel", "db.oto.tools"},
      {"*.oto.tools", "Wildcard(*.oto.tools)"},
      {"db-*.oto.tools", "Wildcard(db-*.oto.tools)"},
      {"*", "Wildcard(*)"},
      {".*[.]oto[.]tools", ".*[.]oto[.]tools"},
      {".*", ".*"},
      {"Regex(db.*)", "Regex(db.*)"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.domain);
    CHECK(built({.frontend = R"({"domains": [")" + row.domain + R"("]})"})->domains ==
          std::vector<std::string>{row.pattern});
  }
  CHECK(check(route({.frontend = R"({"domains": ["a/.well-known/otoroshi/tunnel", "b"], "exact": true})"}))
            .empty());
}

TEST_CASE("a target that depends on the request needs destinations") {
  const std::string depends =
      R"({"targets": [{"hostname": "a", "port": 1}, {"hostname": "${remote_host}", "port": 22}]})";
  check_problem({.backend = depends}, "/plugins/0/config/destinations", R"("destinations": [{"host": )");
  check_problem({.backend = R"({"targets": [{"hostname": "db:${remote_port:22}"}]})"},
                "/plugins/0/config/destinations", "is missing");

  const auto with_destinations = [&](const std::string& destinations) {
    return Parts{.backend = depends,
                 .tunnel = plugin("TcpTunnel", R"({"destinations": )" + destinations + "}")};
  };
  const auto tunnel = built(with_destinations(
      R"([{"host": "*.internal.com", "ports": "22"}, {"host": "10.0.0.0/8", "ports": 1}])"));
  CHECK(tunnel->targets.size() == 2);
  CHECK(tunnel->destinations.may_allow("a.internal.com", 22));
  CHECK(tunnel->destinations.may_allow("10.0.0.1", 1));
  CHECK_FALSE(tunnel->destinations.may_allow("10.0.0.1", 2));
  CHECK_FALSE(tunnel->destinations.may_allow("11.0.0.1", 1));
  check_problem(with_destinations("[]"), "/plugins/0/config/destinations", "is missing");
  check_problem(with_destinations(R"([{"host": "10.0.*"}])"), "/plugins/0/config/destinations/0", "10.0.*");
  check_problem(with_destinations(R"([{"host": "*"}, {"host": "*", "ports": "ssh"}])"),
                "/plugins/0/config/destinations/1", "ssh");
  check_problem(with_destinations(R"([{"host": "*", "port": "22"}])"),
                "/plugins/0/config/destinations/0/port", "not understood");
  check_problem(with_destinations(R"([{"host": "*", "ports": [22]}])"),
                "/plugins/0/config/destinations/0/ports", "a text");
  check_problem({.tunnel = plugin("TcpTunnel", R"({"destination": []})")}, "/plugins/0/config/destination",
                "not understood");
}

TEST_CASE("targets must be there, understood, and not link-local") {
  const struct {
    std::string backend;
    std::string path;
    std::string named;
  } rows[] = {
      {R"({"targets": []})", "/backend/targets", "at least one"},
      {R"({"targets": [{"hostname": "a", "port": 1}, {"hostname": "a"}]})", "/backend/targets/1",
       "has no port"},
      {R"({"targets": [{"hostname": "${x}", "port": 1}]})", "/backend/targets/0", "${x}"},
      {R"({"targets": [{"hostname": "169.254.169.254", "port": 80}]})", "/backend/targets/0", "link-local"},
      {R"({"targets": [{"hostname": "[fe80::1]:80"}]})", "/backend/targets/0", "link-local"},
      {R"({"targets": [{"hostname": "a", "port": 80, "ip_address": "::ffff:169.254.0.1"}]})",
       "/backend/targets/0", "link-local"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.backend);
    check_problem({.backend = row.backend}, row.path, row.named);
  }
  const Parts named{.backend = R"({"targets": [{"hostname": "169.254.169.254", "port": 80}]})",
                    .tunnel = plugin("TcpTunnel", R"({"destinations": [{"host": "169.254.169.254"}]})")};
  CHECK(check(route(named)).empty());
}

TEST_CASE("all problems of a route are told at once") {
  const auto problems = check(route({.frontend = R"({"domains": ["a/b"], "methods": ["GET"]})",
                                     .backend = R"({"targets": [{"hostname": "${x}"}]})",
                                     .plugins = plugin("Cors") + ", " + plugin("BuildMode")}));
  std::vector<std::string> paths;
  for (const auto& problem : problems) paths.push_back(problem.path);
  std::ranges::sort(paths);
  CHECK(paths == std::vector<std::string>{"/backend/targets/0", "/frontend/domains/0", "/frontend/methods",
                                          "/plugins/1/plugin", "/plugins/2/plugin"});
}
