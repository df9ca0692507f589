#include "gateway/tunnel/tunnel_table.h"

#include <catch2/catch.hpp>

#include "common/model/route_json.h"
#include "gateway/tunnel/jwt_checker.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

RoutePtr route(const std::string& id, const std::string& domain, bool enabled = true,
               const std::string& plugin = "TcpTunnel") {
  auto parsed = parse_route(R"({"id": ")" + id + R"(", "enabled": )" + (enabled ? "true" : "false") +
                            R"(, "frontend": {"domains": [")" + domain + R"("]},
    "backend": {"targets": [{"hostname": "db", "port": 5432}]},
    "plugins": [{"plugin": "cp:otoroshi.next.plugins.)" +
                            plugin + R"("}]})");
  REQUIRE(parsed);
  return std::make_shared<const Route>(std::move(*parsed));
}

ApiKeyPtr api_key(const std::string& id, bool enabled = true) {
  ApiKey key;
  key.client_id = id;
  key.enabled = enabled;
  return std::make_shared<const ApiKey>(std::move(key));
}

AppSessionPtr session(const std::string& id) {
  AppSession session;
  session.random_id = id;
  return std::make_shared<const AppSession>(std::move(session));
}

JwtVerifierPtr verifier(const std::string& id, bool enabled = true) {
  JwtVerifier verifier;
  verifier.id = id;
  verifier.enabled = enabled;
  verifier.algo.secret = "secret";
  return std::make_shared<const JwtVerifier>(std::move(verifier));
}

TunnelTablePtr table(TunnelEntities entities) {
  auto built = TunnelTable::build(std::move(entities), "the secret");
  CAPTURE(built ? "" : built.error().sentence);
  REQUIRE(built);
  return *built;
}

std::string id_of(const TunnelRoutePtr& route) {
  return route ? route->route->id : "none";
}

}  // namespace

TEST_CASE("the first enabled route in order of creation whose domain matches is a host's") {
  TunnelEntities entities;
  entities.routes = {route("off", "db.oto.tools", false), route("http", "db.oto.tools", true, "OverrideHost"),
                     route("first", "*.oto.tools"),       route("second", "db.oto.tools"),
                     route("third", "other.org/"),        route("fourth", "db-*.org")};
  const auto tested = table(entities);
  const struct {
    std::string host;
    std::string id;
  } rows[] = {
      {"db.oto.tools", "first"}, {"DB.OTO.TOOLS.", "first"}, {"oto.tools", "none"},
      {"other.org", "third"},    {"OTHER.org", "third"},     {"x.other.org", "none"},
      {"db-1.org", "fourth"},    {"dbx1.org", "none"},       {"", "none"},
      {"127.0.0.1", "none"},     {"other.org/", "none"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.host);
    CHECK(id_of(tested->route(row.host)) == row.id);
  }
  REQUIRE(tested->route_by_id("second"));
  CHECK(tested->route_by_id("second")->route->id == "second");
  CHECK_FALSE(tested->route_by_id("off"));
  CHECK_FALSE(tested->route_by_id("http"));
  CHECK_FALSE(tested->route_by_id("nobody"));
  CHECK(tested->entities() == entities);
}

TEST_CASE("keys and sessions are found by id, disabled ones too; verifiers only if enabled") {
  TunnelEntities entities;
  entities.api_keys = {api_key("k1"), api_key("k2", false)};
  entities.sessions = {session("s1")};
  entities.verifiers = {verifier("v1"), verifier("v2", false)};
  const auto tested = table(entities);
  CHECK(tested->api_key("k1") == entities.api_keys[0]);
  CHECK(tested->api_key("k2") == entities.api_keys[1]);
  CHECK_FALSE(tested->api_key("K1"));
  CHECK(tested->session("s1") == entities.sessions[0]);
  CHECK_FALSE(tested->session(""));
  REQUIRE(tested->verifier("v1"));
  CHECK(tested->verifier("v1")->verifier().id == "v1");
  CHECK_FALSE(tested->verifier("v2"));
  CHECK_FALSE(tested->verifier("v3"));
  CHECK(tested->session_secret() == "the secret");
}

TEST_CASE("what stayed the same object is taken over from the previous table") {
  TunnelEntities entities;
  entities.routes = {route("r1", "a.org"), route("r2", "b.org"), route("off", "c.org", false)};
  entities.verifiers = {verifier("v1"), verifier("v2")};
  entities.api_keys = {api_key("k1")};
  const auto first = table(entities);
  const auto after = [&](const TunnelEntities& changed) {
    return *TunnelTable::build(changed, "other secret", first.get());
  };

  auto changed = entities;
  changed.api_keys = {api_key("k1", false), api_key("k2")};
  const auto other_keys = after(changed);
  CHECK_FALSE(other_keys->api_key("k1")->enabled);
  CHECK(other_keys->api_key("k2"));
  CHECK(other_keys->route("a.org") == first->route("a.org"));
  CHECK(other_keys->verifier("v2") == first->verifier("v2"));
  CHECK(other_keys->session_secret() == "other secret");

  changed = entities;
  changed.verifiers = {verifier("v1"), entities.verifiers[1]};
  const auto other_verifier = after(changed);
  CHECK(&other_verifier->verifier("v1")->verifier() == changed.verifiers[0].get());
  CHECK(other_verifier->verifier("v2") == first->verifier("v2"));

  changed = entities;
  changed.routes = {entities.routes[1], route("r1", "c.org"), route("r3", "a.org")};
  const auto other_routes = after(changed);
  CHECK(other_routes->route("b.org") == first->route("b.org"));
  CHECK(id_of(other_routes->route("c.org")) == "r1");
  CHECK(id_of(other_routes->route("a.org")) == "r3");

  changed.routes = {entities.routes[0], route("r2", "b.org", false)};
  const auto one_disabled = after(changed);
  CHECK(one_disabled->route("a.org") == first->route("a.org"));
  CHECK_FALSE(one_disabled->route("b.org"));
  changed.routes = {entities.routes[1], entities.routes[0]};
  CHECK(id_of(after(changed)->route("a.org")) == "r1");
}

TEST_CASE("an empty table knows nobody") {
  const auto tested = table({});
  CHECK_FALSE(tested->route("a"));
  CHECK_FALSE(tested->route_by_id(""));
  CHECK_FALSE(tested->api_key(""));
}

TEST_CASE("an entity that cannot be served by fails the table by name") {
  TunnelEntities bad_route;
  bad_route.routes = {route("good", "a"), route("bad", "a/b")};
  const auto by_route = TunnelTable::build(bad_route, "");
  REQUIRE_FALSE(by_route);
  CHECK_THAT(by_route.error().sentence, Catch::Contains("route \"bad\": /frontend/domains/0"));
  bad_route.routes = {route("good", "a"), route("bad", "a/b", false)};
  CHECK(TunnelTable::build(bad_route, ""));

  auto broken = std::make_shared<JwtVerifier>(*verifier("bad"));
  broken->algo.type = JwtAlgorithm::rs;
  broken->algo.public_key = "no PEM";
  TunnelEntities bad_verifier;
  bad_verifier.verifiers = {verifier("good"), broken};
  const auto by_verifier = TunnelTable::build(bad_verifier, "");
  REQUIRE_FALSE(by_verifier);
  CHECK_THAT(by_verifier.error().sentence, Catch::Contains("JWT verifier \"bad\": "));
  broken->enabled = false;
  CHECK(TunnelTable::build(bad_verifier, ""));
}
