#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "common/auth/session_token.h"
#include "gateway/tunnel/authorize.h"
#include "tests/support/tunnel_gate.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace otoroshi::test;
using namespace std::chrono_literals;

namespace {

const std::string other_secret = "S3CRET-of-nobody";

}  // namespace

TEST_CASE("reason_to_end: a tunnel ends when what it was opened by is taken away") {
  struct Change {
    std::string name;
    std::function<void(TunnelEntities&)> change;
    std::chrono::seconds later;
    std::string by_key, by_token, by_session;  // "": lives on
  };
  const auto change_key = [](auto change) {
    return [change](TunnelEntities& entities) {
      auto key = *entities.api_keys.front();
      change(key);
      entities.api_keys.front() = shared(std::move(key));
    };
  };
  const auto change_verifier = [](auto change) {
    return [change](TunnelEntities& entities) {
      auto verifier = *entities.verifiers.front();
      change(verifier);
      entities.verifiers.front() = shared(std::move(verifier));
    };
  };
  const Pairs plugins = {{"ApikeyCalls", R"({"mandatory":false})"},
                         {"JwtVerificationOnly", R"({"verifier":"v","fail_if_absent":false})"},
                         {"ApikeyCalls", R"({"mandatory":false,"pass_with_user":true})"}};
  const auto other_route = [&](bool enabled, const std::string& id) {
    return [&plugins, enabled, id](TunnelEntities& entities) {
      auto route = *route_with(plugins, enabled);
      route.id = id;
      entities.routes = {shared(std::move(route))};
    };
  };
  const auto nothing = [](TunnelEntities&) {};
  const std::vector<Change> changes = {
      {"nothing", nothing, 0s, "", "", ""},
      {"another key goes", [](auto& entities) { entities.api_keys.pop_back(); }, 0s, "", "", ""},
      {"the key goes", [](auto& entities) { entities.api_keys.erase(entities.api_keys.begin()); }, 0s,
       "is gone", "", ""},
      {"disabled", change_key([](auto& key) { key.enabled = false; }), 0s, "is disabled", "", ""},
      {"expired", change_key([](auto& key) { key.valid_until = now_ms; }), 0s, "has expired", "", ""},
      {"expires later", change_key([](auto& key) { key.valid_until = now_ms + 1000; }), 1s, "has expired", "",
       "has expired"},
      {"another secret", change_key([](auto& key) { key.client_secret = other_secret; }), 0s,
       "another secret", "", ""},
      {"another secret, the old one is next", change_key([](auto& key) {
         key.client_secret = other_secret;
         key.rotation = {true, secret, {}};
       }),
       0s, "", "", ""},
      {"no longer for the route", change_key([](auto& key) { key.authorized_entities.clear(); }), 0s,
       "no longer authorized", "", ""},
      {"the verifier goes",
       [](auto& entities) {
         entities.verifiers.erase(entities.verifiers.begin());
         entities.routes = {route_with({})};
       },
       0s, "", "verifier is gone", ""},
      {"the verifier is disabled", change_verifier([](auto& verifier) { verifier.enabled = false; }), 0s, "",
       "verifier is gone or disabled", ""},
      {"the verifier has another key",
       change_verifier([](auto& verifier) { verifier.algo.secret = other_secret; }), 0s, "", "another key",
       ""},
      {"the verifier has another algorithm",
       change_verifier([](auto& verifier) { verifier.algo.size = 512; }), 0s, "", "another key", ""},
      {"the verifier demands more",
       change_verifier([](auto& verifier) { verifier.strategy.verification.fields["group"] = "ops"; }), 0s,
       "", "demands more", ""},
      {"the verifier demands less",
       change_verifier([](auto& verifier) { verifier.strategy.verification.fields.clear(); }), 0s, "", "",
       ""},
      {"the verifier is renamed and looks elsewhere", change_verifier([](auto& verifier) {
         verifier.name = verifier.description = "renamed";
         verifier.metadata["a"] = "b";
         verifier.source = {.type = JwtSource::cookie, .name = "token", .remove = {}};
         verifier.algo.ttl_ms = 1;
       }),
       0s, "", "", ""},
      {"the token expires", nothing, 70s, "", "token has expired", "has expired"},
      {"the token has leeway", nothing, 69s, "", "", "has expired"},
      {"the session goes", [](auto& entities) { entities.sessions.clear(); }, 0s, "", "",
       "session has ended"},
      {"the route is disabled", other_route(false, "r"), 0s, "route is gone", "route is gone",
       "route is gone"},
      {"the route goes", other_route(true, "other"), 0s, "route is gone", "route is gone", "route is gone"}};

  const auto entities = entities_with(route_with(plugins));
  const auto table = table_of(entities);
  Gate gate;
  const auto by_key = gate.ask(*table, basic("good")).value();
  const auto by_token = gate.ask(*table, bearer(issued(R"({"iss":"issuer","exp":1800000060})"))).value();
  const auto by_session = gate.ask(*table, papp(session_token(session_secret, "alive"))).value();
  REQUIRE(by_session.type == AccessType::session);
  for (const auto& [name, change, later, key_reason, token_reason, session_reason] : changes) {
    CAPTURE(name);
    auto changed = entities;
    change(changed);
    const auto present = table_of(std::move(changed));
    const auto check = [&](const Caller& caller, const std::string& wanted) {
      const auto reason = reason_to_end(caller, *present, now + later);
      CHECK(reason.has_value() == !wanted.empty());
      if (!reason) return;
      CHECK(reason->code == ErrorCode::revoked);
      CHECK_THAT(reason->sentence, Catch::Contains(wanted) && !Catch::Contains("S3CRET"));
    };
    check(by_key, key_reason);
    check(by_token, token_reason);
    check(by_session, session_reason);
  }
}

TEST_CASE("reason_to_end: a key that was used by its id alone lives while that is allowed") {
  auto entities = entities_with(route_with({{"ApikeyCalls", "{}"}}));
  const auto table = table_of(entities);
  Gate gate;
  const auto caller = gate.ask(*table, request_of({{"x-api-key", "alone"}})).value();
  CHECK_FALSE(reason_to_end(caller, *table, now));
  for (auto& key : entities.api_keys) {
    auto strict = *key;
    strict.allow_client_id_only = false;
    key = shared(std::move(strict));
  }
  CHECK(reason_to_end(caller, *table_of(entities), now));
}
