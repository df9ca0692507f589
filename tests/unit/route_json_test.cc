#include "common/model/route_json.h"

#include <catch2/catch.hpp>

using namespace otoroshi;
using namespace std::string_literals;

namespace {

Route parse(const std::string& json) {
  auto route = parse_route(json);
  if (!route) FAIL(to_text(route.error()));
  return *route;
}

std::string complaint(const std::string& json) {
  const auto route = parse_route(json);
  return route ? "" : to_text(route.error());
}

}  // namespace

TEST_CASE("a route needs frontend and backend; everything else has a default") {
  const auto route =
      parse(R"({"frontend":{"domains":["a.test"]},"backend":{"targets":[{"hostname":"${remote_host}:22"}]},)"
            R"("plugins":[{"plugin":"p"}]})");
  Route expected;
  expected.frontend.domains = {"a.test"};
  expected.backend.targets.resize(1);
  expected.backend.targets[0].hostname = "${remote_host}:22";
  expected.plugins.resize(1);
  expected.plugins[0].plugin = "p"s;
  CHECK(route == expected);
  CHECK(
      to_json(route) ==
      R"({"id":"","name":"","description":"","enabled":true,"groups":[],)"
      R"("frontend":{"domains":["a.test"],"strip_path":true,"exact":false,"headers":{},"query":{},"cookies":{},)"
      R"("methods":[]},"backend":{"targets":[{"id":"","hostname":"${remote_host}:22","port":0,"tls":false,)"
      R"("ip_address":null}]},"plugins":[{"enabled":true,"plugin":"p","include":[],"exclude":[],"config":{}}],)"
      R"("tags":[],"metadata":{}})");
  CHECK(parse(to_json(route)) == route);
}

TEST_CASE("a route that Otoroshi has written loses nothing") {
  const auto json =
      R"({"id":"r","name":"n","description":"d","enabled":false,"groups":["g"],)"
      R"("frontend":{"domains":["*.a.test"],"strip_path":false,"exact":true,"headers":{"h":"1"},"query":{"q":"2"},)"
      R"("cookies":{"c":"3"},"methods":["GET"]},)"
      R"("backend":{"targets":[{"id":"t","hostname":"ssh.test","port":22,"tls":true,"ip_address":"10.0.0.1",)"
      R"("tls_config":{"trust_all":true,"certs":[],"enabled":true,"loose":false},"weight":1,)"
      R"("predicate":{"type":"AlwaysMatch"}}],"root":"/","load_balancing":{"type":"RoundRobin"},)"
      R"("health_check":{"enabled":false}},)"
      R"("plugins":[{"enabled":false,"plugin":"cp:otoroshi.next.plugins.TcpTunnel","include":["/a"],"exclude":["/b"],)"
      R"("config":{"destinations":[{"host":"*.internal.com","ports":"22"}],"n":1.5},"debug":true,)"
      R"("bound_listeners":[]}],"tags":["t"],"metadata":{"k":"v"},"_loc":{"tenant":"default","teams":["x"]},)"
      R"("debug_flow":false})"s;
  const auto route = parse(json);
  CHECK(route.backend.targets[0].trust_all);
  CHECK(route.backend.targets[0].ip_address == "10.0.0.1");
  CHECK(route.plugins[0].config == R"({"destinations":[{"host":"*.internal.com","ports":"22"}],"n":1.5})");
  CHECK(route.frontend.headers.at("h") == "1");
  CHECK(to_json(route) == json);
}

TEST_CASE("everything that is wrong with a route is named at once") {
  CHECK(complaint("{}") ==
        "/frontend: is missing: an object is wanted\n/backend: is missing: an object is wanted");
  CHECK(
      complaint(
          R"({"frontend":{"headers":[]},"backend":{"targets":[{"port":65536}]},"plugins":[{"config":"x"}]})") ==
      "/frontend/headers: a list is not allowed: an object is wanted\n"
      "/frontend/domains: is missing: a list is wanted\n"
      "/backend/targets/0/port: 65536 is not allowed: a whole number from 0 to 65535 is wanted\n"
      "/backend/targets/0/hostname: is missing: a text is wanted\n"
      "/plugins/0/config: a text is not allowed: an object is wanted\n"
      "/plugins/0/plugin: is missing: a text that is not blank is wanted");
}

TEST_CASE("a plugin's config that is no JSON object is written as an empty one") {
  Route route;
  for (const auto* config : {"", "[1]", "{"}) {
    route.plugins = {{.plugin = "p", .include = {}, .exclude = {}, .config = config}};
    CHECK_THAT(to_json(route), Catch::Contains(R"("config":{})"));
  }
}

TEST_CASE("a target's port is a number, or a text with a placeholder") {
  for (const auto* port : {"22", "0", "65535", R"("${remote_port:22}")"}) {
    CAPTURE(port);
    const auto route =
        parse_route(R"({"id":"r","name":"n","frontend":{"domains":["a"]},"backend":{"targets":[)"
                    R"({"hostname":"b","port":)" +
                    std::string(port) + R"(}]},"plugins":[]})");
    REQUIRE(route);
    CHECK(to_json(*route).find(R"("port":)" + std::string(port) + ',') != std::string::npos);
  }
}
