#include "gateway/store/entities_check.h"

#include <catch2/catch.hpp>
#include <span>

#include "gateway/config/import_file.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

Entities entities_of(const std::string& text) {
  const ImportFile file{"f", text};
  auto imported = read_import_files({&file, 1});
  if (!imported) FAIL(to_text(imported.error()));
  return std::move(imported->entities);
}

std::string text_of(const EntityProblems& problems) {
  std::string text;
  for (const auto& [section, id, problem] : problems) {
    if (!text.empty()) text += '\n';
    text.append(section).append("/").append(id).append(problem.path).append(": ").append(problem.sentence);
  }
  return text;
}

GatewayConfig tunnel_on(std::uint16_t port) {
  GatewayConfig config;
  config.tunnel.port = port;
  config.admin.port = 0;
  return config;
}

const auto two_on_one_port =
    R"({"tcpServices": [{"id": "a", "name": "first", "port": 1}, {"id": "b", "port": 1}]})";

std::string route_with(const char* verifier) {
  return std::string(R"({"routes": [{"id": "r", "frontend": {"domains": ["t.test"]},
      "backend": {"targets": [{"hostname": "a.test", "port": 1}]},
      "plugins": [{"plugin": "cp:otoroshi.next.plugins.TcpTunnel"},
                  {"plugin": "cp:otoroshi.next.plugins.JwtVerificationOnly", "config": {"verifier": ")") +
         verifier + R"("}}]}], "jwtVerifiers": [{"id": "v", "algoSettings":
      {"type": "HSAlgoSettings", "secret": "s"}}]})";
}

}  // namespace

TEST_CASE("services that want one port are told by id") {
  CHECK_THAT(text_of(check_together(entities_of(two_on_one_port), nullptr, tunnel_on(0))),
             Catch::StartsWith("tcpServices/b/port: ") && Catch::Contains("'first'"));
  CHECK_THAT(
      text_of(check_together(entities_of(R"({"tcpServices": [{"port": 8080}]})"), nullptr, tunnel_on(8080))),
      Catch::Contains("/port: ") && Catch::Contains("tunnel.port"));
  CHECK(text_of(check_together(entities_of(R"({"tcpServices": [{"port": 1}, {"port": 2}]})"), nullptr,
                               tunnel_on(3)))
            .empty());
}

TEST_CASE("a route names only verifiers that are there") {
  CHECK(text_of(check_together(entities_of(route_with("v")), nullptr, tunnel_on(0))).empty());
  CHECK(text_of(check_together(entities_of(route_with("w")), nullptr, tunnel_on(0))) ==
        "routes/r/plugins: needs the JWT verifier \"w\", which is not there");
  // It is not looked at what only a tunnel's route means.
  const auto no_tunnel = R"({"routes": [{"frontend": {"domains": []}, "backend": {}, "plugins":
      [{"plugin": "cp:otoroshi.next.plugins.JwtVerificationOnly", "config": {"verifier": "w"}}]}]})";
  CHECK(check_together(entities_of(no_tunnel), nullptr, tunnel_on(0)).empty());
}

TEST_CASE("kinds that did not change are passed over") {
  auto entities = entities_of(two_on_one_port);
  CHECK(check_together(entities, &entities, tunnel_on(0)).empty());
  auto known = entities;
  known.services.pop_back();
  CHECK_FALSE(check_together(entities, &known, tunnel_on(0)).empty());
  entities = entities_of(route_with("v"));
  known = entities;
  entities.tunnel.verifiers.clear();
  CHECK_FALSE(check_together(entities, &known, tunnel_on(0)).empty());
}
