#include "gateway/store/snapshot.h"

#include <catch2/catch.hpp>

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

TcpServicePtr service(const std::string& name, const std::string& interface, std::uint16_t port,
                      bool enabled = true) {
  TcpService made;
  made.id = made.name = name;
  made.interface = interface;
  made.port = port;
  made.enabled = enabled;
  made.rules = {{.domain = "*", .targets = {{.host = "a.test", .ip = {}, .port = 1}}}};
  return std::make_shared<const TcpService>(std::move(made));
}

ApiKeyPtr api_key() {
  ApiKey key;
  key.client_id = key.client_secret = key.client_name = "key";
  return std::make_shared<const ApiKey>(std::move(key));
}

TunnelSettings tunnel_on(const std::string& address, std::uint16_t port, std::uint16_t tls_port = 0) {
  TunnelSettings settings;
  settings.listeners.address = address;
  settings.listeners.port = port;
  settings.listeners.tls_port = tls_port;
  settings.session_secret = "secret";
  return settings;
}

SnapshotPtr built(const Entities& entities, const TunnelSettings& tunnel,
                  const Snapshot* previous = nullptr) {
  static const GatewayConfig config;
  static const TlsMaterial material(config);
  auto snapshot = build_snapshot(entities, previous, material, tunnel);
  if (!snapshot) FAIL(snapshot.error().sentence);
  return *snapshot;
}

Entities one_of_each() {
  return {.services = {service("db", "127.0.0.1", 5432)},
          .tunnel = {.routes = {}, .api_keys = {api_key()}, .verifiers = {}, .sessions = {}}};
}

}  // namespace

TEST_CASE("services and the tunnel have listeners of their own") {
  const auto snapshot = built(one_of_each(), tunnel_on("127.0.0.1", 8080, 8443));
  REQUIRE(snapshot->ports.size() == 3);
  const auto& db = *snapshot->ports.at({"127.0.0.1", 5432});
  CHECK(db.table);
  CHECK_FALSE(db.is_tunnel);
  const auto& plain = *snapshot->ports.at({"127.0.0.1", 8080});
  CHECK_FALSE(plain.table);
  CHECK(plain.is_tunnel);
  CHECK_FALSE(plain.tls);
  CHECK(plain.endpoint.port() == 8080);
  const auto& tls = *snapshot->ports.at({"127.0.0.1", 8443});
  CHECK(tls.is_tunnel);
  CHECK(tls.tls);
}

TEST_CASE("a tunnel without a port is not there") {
  const auto snapshot = built(one_of_each(), TunnelSettings::off());
  CHECK_FALSE(snapshot->tunnel);
  CHECK(snapshot->ports.size() == 1);
  CHECK(snapshot->entities.tunnel.api_keys.size() == 1);
}

TEST_CASE("tables and ports are built anew only if something of them changed") {
  const auto settings = tunnel_on("127.0.0.1", 8080, 8443);
  const ListenAddress database{"127.0.0.1", 5432}, plain{"127.0.0.1", 8080}, encrypted{"127.0.0.1", 8443};
  auto entities = one_of_each();
  const auto first = built(entities, settings);
  const auto same = built(entities, settings, first.get());
  CHECK(same->tunnel == first->tunnel);
  CHECK(same->ports == first->ports);

  entities.services = {service("db", "127.0.0.1", 5432)};
  const auto other_service = built(entities, settings, first.get());
  CHECK(other_service->tunnel == first->tunnel);
  CHECK(other_service->ports.at(database)->table != first->ports.at(database)->table);
  CHECK(other_service->ports.at(plain) == first->ports.at(plain));
  CHECK(other_service->ports.at(encrypted) == first->ports.at(encrypted));

  entities.tunnel.api_keys = {api_key()};
  const auto other_key = built(entities, settings, other_service.get());
  CHECK(other_key->tunnel != first->tunnel);
  CHECK(other_key->ports == other_service->ports);

  auto other_secret = settings;
  other_secret.session_secret = "other";
  CHECK(built(entities, other_secret, other_key.get())->tunnel != other_key->tunnel);
}

TEST_CASE("a service cannot have a port of the tunnel's") {
  const struct {
    std::string what, interface;
    std::uint16_t port;
    bool enabled, is_conflict;
  } rows[] = {
      {"the same", "0.0.0.0", 8080, true, true},      {"one address of all", "127.0.0.1", 8080, true, true},
      {"both families", "::", 8080, true, true},      {"the TLS port", "127.0.0.1", 8443, true, true},
      {"the other family", "::1", 8080, true, false}, {"another port", "0.0.0.0", 8081, true, false},
      {"disabled", "0.0.0.0", 8080, false, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto conflicts = port_conflicts({service("db", row.interface, row.port, row.enabled)},
                                          tunnel_on("0.0.0.0", 8080, 8443).listeners);
    CHECK(conflicts.size() == (row.is_conflict ? 1 : 0));
  }
}

TEST_CASE("a service cannot have the port of the admin API") {
  GatewayConfig::Admin admin;
  CHECK(port_conflicts({service("db", "0.0.0.0", 8081)}, admin).size() == 1);
  CHECK(port_conflicts({service("db", "127.0.0.2", 8081)}, admin).empty());
  CHECK(port_conflicts({service("db", "0.0.0.0", 8080)}, admin).empty());
  admin.port = 0;
  CHECK(port_conflicts({service("db", "0.0.0.0", 8081)}, admin).empty());
}

TEST_CASE("a conflict with the tunnel names both") {
  const auto conflicts =
      port_conflicts({service("db", "127.0.0.1", 8080)}, tunnel_on("0.0.0.0", 8080).listeners);
  REQUIRE(conflicts.size() == 1);
  CHECK(
      conflicts.front() ==
      Problem{"/0/port",
              "service 'db' (127.0.0.1:8080) and the tunnel (tunnel.port, 0.0.0.0:8080) cannot share a port: "
              "give one of them another port, or set tunnel.port to 0, which switches it off"});
}

TEST_CASE("a snapshot is refused with every service that is at fault") {
  Entities entities;
  for (int port = 5001; port <= 5002; ++port) {
    auto needing = *service("s" + std::to_string(port), "127.0.0.1", static_cast<std::uint16_t>(port));
    needing.tls = TlsMode::enabled;
    needing.client_auth = ClientAuth::need;
    entities.services.push_back(std::make_shared<const TcpService>(needing));
  }
  static const GatewayConfig config;
  const TlsMaterial material(config);
  const auto snapshot = build_snapshot(entities, nullptr, material, TunnelSettings::off());
  REQUIRE_FALSE(snapshot);
  REQUIRE(snapshot.error().problems.size() == 2);
  CHECK(snapshot.error().problems[1].id == "s5002");
  CHECK(snapshot.error().problems[1].problem.path == "/clientAuth");
  CHECK_THAT(snapshot.error().sentence, Catch::StartsWith("127.0.0.1:5001 (service 's5001')"));
}
