#include "gateway/store/import_plan.h"

#include <catch2/catch.hpp>

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

TcpServicePtr service(const std::string& id, std::uint16_t port) {
  TcpService made;
  made.id = id;
  made.port = port;
  return std::make_shared<const TcpService>(std::move(made));
}

ApiKeyPtr api_key(const std::string& id, const std::string& secret) {
  ApiKey made;
  made.client_id = id;
  made.client_secret = secret;
  return std::make_shared<const ApiKey>(std::move(made));
}

AppSessionPtr session(const std::string& id) {
  AppSession made;
  made.random_id = id;
  return std::make_shared<const AppSession>(std::move(made));
}

}  // namespace

TEST_CASE("a plan counts over all kinds, and an id of one kind is none of another") {
  Entities current;
  current.services = {service("a", 1), service("b", 2), service("c", 3)};
  current.tunnel.api_keys = {api_key("a", "old"), api_key("k", "s")};
  current.tunnel.sessions = {session("gone")};
  Entities wanted;
  wanted.services = {service("new", 4), service("b", 2), service("a", 7)};
  wanted.tunnel.api_keys = {api_key("k", "s"), api_key("a", "new")};

  const auto plan = plan_import(current, wanted, ImportMode::mirror);
  CHECK(to_text(plan) == "1 added, 2 changed, 2 removed, 2 unchanged, 0 skipped");

  SECTION("known ones keep their places, new ones follow") {
    REQUIRE(plan.entities.services.size() == 3);
    CHECK(plan.entities.services[0] == wanted.services[2]);
    CHECK(plan.entities.services[1] == current.services[1]);
    CHECK(plan.entities.services[2] == wanted.services[0]);
  }
  SECTION("what did not change is the same object as before") {
    REQUIRE(plan.entities.tunnel.api_keys.size() == 2);
    CHECK(plan.entities.tunnel.api_keys[0] == wanted.tunnel.api_keys[1]);
    CHECK(plan.entities.tunnel.api_keys[1] == current.tunnel.api_keys[1]);
    CHECK(plan.entities.tunnel.sessions.empty());
  }
  SECTION("the same again changes nothing at all") {
    const auto again = plan_import(plan.entities, wanted, ImportMode::mirror);
    CHECK(to_text(again) == "0 added, 0 changed, 0 removed, 5 unchanged, 0 skipped");
    CHECK(again.entities == plan.entities);
  }
}

TEST_CASE("what files do to a store depends on whose it is") {
  Entities current;
  current.services = {service("same", 1), service("other", 2), service("stored", 3)};
  current.tunnel.api_keys = {api_key("k", "stored")};
  current.other_sections = {{"scripts", "[]"}};
  Entities wanted;
  wanted.services = {service("new", 4), service("other", 7), service("same", 1)};
  wanted.tunnel.api_keys = {api_key("k", "file")};
  struct Row {
    ImportMode mode;
    const char* counts;
    EntityList<TcpService> services;
    ApiKeyPtr key;
  };
  const Row rows[] = {
      {ImportMode::mirror,
       "1 added, 2 changed, 1 removed, 1 unchanged, 0 skipped",
       {current.services[0], wanted.services[1], wanted.services[0]},
       wanted.tunnel.api_keys[0]},
      {ImportMode::add,
       "1 added, 0 changed, 0 removed, 1 unchanged, 2 skipped",
       {current.services[0], current.services[1], current.services[2], wanted.services[0]},
       current.tunnel.api_keys[0]},
      {ImportMode::overwrite,
       "1 added, 2 changed, 0 removed, 1 unchanged, 0 skipped",
       {current.services[0], wanted.services[1], current.services[2], wanted.services[0]},
       wanted.tunnel.api_keys[0]},
  };
  for (const auto& row : rows) {
    CAPTURE(row.counts);
    const auto plan = plan_import(current, wanted, row.mode);
    CHECK(to_text(plan) == row.counts);
    CHECK(plan.entities.services == row.services);
    CHECK(plan.entities.tunnel.api_keys == EntityList<ApiKey>{row.key});
    CHECK(plan.entities.other_sections == current.other_sections);
  }
}

TEST_CASE("files overwrite what is stored only where that is wanted, and mirror nothing but a memory") {
  GatewayConfig config;
  CHECK(import_mode(config) == ImportMode::add);
  config.import_replace = true;
  CHECK(import_mode(config) == ImportMode::overwrite);
  config.store.type = StoreType::memory;
  CHECK(import_mode(config) == ImportMode::mirror);
}

TEST_CASE("nothing is planned for nothing") {
  for (const auto mode : {ImportMode::mirror, ImportMode::add, ImportMode::overwrite})
    CHECK(to_text(plan_import({}, {}, mode)) == "0 added, 0 changed, 0 removed, 0 unchanged, 0 skipped");
}
