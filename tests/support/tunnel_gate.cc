#include "tests/support/tunnel_gate.h"

#include <catch2/catch.hpp>
#include <memory>

#include "common/auth/auth_headers.h"
#include "common/model/route_json.h"
#include "common/text/hex.h"
#include "tests/support/run_task.h"

namespace otoroshi::test {

using namespace gateway;

RoutePtr route_with(const Pairs& plugins, bool enabled) {
  std::string list;
  for (const auto& [name, config] : plugins) {
    list += R"({"plugin":"cp:otoroshi.next.plugins.)" + name + R"(","config":)";
    list += config + "},";
  }
  auto parsed = parse_route(std::string(R"({"id":"r","groups":["team"],"enabled":)") +
                            (enabled ? "true" : "false") + R"(,"frontend":{"domains":["gate.test"]},
    "backend":{"targets":[{"hostname":"db","port":5432}]},
    "plugins":[)" + list + R"({"plugin":"cp:otoroshi.next.plugins.TcpTunnel"}]})");
  REQUIRE(parsed);
  return std::make_shared<const Route>(std::move(*parsed));
}

ApiKey api_key(const std::string& id) {
  ApiKey key;
  key.client_id = id;
  key.client_secret = secret;
  key.authorized_entities = {"route_r"};
  return key;
}

namespace {

std::vector<ApiKeyPtr> all_keys() {
  std::vector<ApiKeyPtr> keys;
  const auto add = [&](const std::string& id, auto change) {
    auto key = api_key(id);
    change(key);
    keys.push_back(shared(std::move(key)));
  };
  add("good", [](ApiKey&) {});
  add("second", [](ApiKey&) {});
  add("grouped", [](ApiKey& key) { key.authorized_entities = {"group_other", "group_team"}; });
  add("service", [](ApiKey& key) { key.authorized_entities = {"service_r"}; });
  add("elsewhere", [](ApiKey& key) { key.authorized_entities = {"route_other", "group_r", "r", "route_"}; });
  add("disabled", [](ApiKey& key) { key.enabled = false; });
  add("expired", [](ApiKey& key) { key.valid_until = now_ms; });
  add("expiring", [](ApiKey& key) { key.valid_until = now_ms + 1; });
  add("rotating", [](ApiKey& key) { key.rotation = {true, next_secret, {}}; });
  add("not-rotating", [](ApiKey& key) { key.rotation = {false, next_secret, {}}; });
  add("alone", [](ApiKey& key) { key.allow_client_id_only = true; });
  add("no-secret", [](ApiKey& key) { key.client_secret = ""; });
  add("used-up", [](ApiKey& key) { key.daily_quota = 0; });
  return keys;
}

std::vector<JwtVerifierPtr> all_verifiers() {
  std::vector<JwtVerifierPtr> verifiers;
  const auto add = [&](const std::string& id, auto change) {
    JwtVerifier verifier;
    verifier.id = verifier.name = id;
    verifier.source.remove = "Bearer ";
    verifier.algo.secret = issuer_secret;
    verifier.strategy.verification.fields = {{"iss", "issuer"}};
    change(verifier);
    verifiers.push_back(shared(std::move(verifier)));
  };
  add("v", [](JwtVerifier&) {});
  add("in-query", [](JwtVerifier& verifier) { verifier.source = {JwtSource::query_param, "jwt", "", {}}; });
  add("off", [](JwtVerifier& verifier) { verifier.enabled = false; });
  add("published", [](JwtVerifier& verifier) {
    verifier.algo = {};
    verifier.algo.type = JwtAlgorithm::jwks;
    verifier.algo.url = "https://issuer.test/jwks";
  });
  return verifiers;
}

AppSessionPtr session(const std::string& id, const std::string& email, std::int64_t expired_at) {
  AppSession session;
  session.random_id = id;
  session.name = "Alice";
  session.email = email;
  session.expired_at = expired_at;
  return shared(std::move(session));
}

}  // namespace

TunnelEntities entities_with(RoutePtr route) {
  TunnelEntities entities;
  entities.routes = {std::move(route)};
  entities.api_keys = all_keys();
  entities.verifiers = all_verifiers();
  entities.sessions = {session("alive", "alice@example.org", now_ms + 1), session("nameless", "", now_ms + 1),
                       session("old", "bob@example.org", now_ms)};
  return entities;
}

TunnelTablePtr table_of(TunnelEntities entities) {
  auto table = TunnelTable::build(std::move(entities), session_secret);
  CAPTURE(table ? "" : table.error().sentence);
  REQUIRE(table);
  return *table;
}

tunnel::Request request_of(Pairs headers, Pairs query) {
  tunnel::Request request;
  request.method = "GET";
  request.path = "/.well-known/otoroshi/tunnel";
  request.headers = std::move(headers);
  request.headers.emplace_back("Host", "gate.test");
  request.query = std::move(query);
  return request;
}

tunnel::Request basic(const std::string& id, const std::string& shown) {
  return request_of({{"Authorization", basic_authorization(id, shown)}});
}

tunnel::Request bearer(const std::string& token) {
  return request_of({{"Authorization", "Bearer " + token}});
}

tunnel::Request papp(const std::string& token) {
  return request_of({}, {{"pappsToken", token}});
}

std::string signed_id(const std::string& id, const std::string& by) {
  auto token = "otoapk_" + id;
  std::string hex;
  for (const char byte : hmac(by, token)) append_hex(hex, static_cast<unsigned char>(byte));
  return token.append("_").append(hex);
}

std::string issued(const std::string& claims) {
  return hs_token(issuer_secret, claims);
}

const SigningKey& published_key() {
  static const auto key = SigningKey::ec();
  return key;
}

Gate::Gate()
    : jwks([](const Jwks::Source&) -> Result<std::string> {
        return std::string(R"({"keys":[)").append(published_key().jwk(R"("kid":"k",)")).append("]}");
      }) {}

Admission<Caller> Gate::ask(const TunnelTable& table, const tunnel::Request& request,
                            const std::string& address) {
  const auto route = table.route("gate.test");
  REQUIRE(route);
  const auto client = asio::ip::make_address(address);
  return run_task(worker, authorize(worker, table, *route, request, client, now, quotas, jwks));
}

}  // namespace otoroshi::test
