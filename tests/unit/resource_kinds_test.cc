#include "otoroshictl/resources/kinds.h"

#include <catch2/catch.hpp>
#include <map>

#include "gateway/store/entity_kinds.h"

using namespace otoroshi;
using namespace otoroshi::ctl;

TEST_CASE("kinds: otoroshictl knows the gateway's kinds by the gateway's names") {
  std::size_t count = 0;
  gateway::for_each_kind([&count](const auto& kind) {
    ++count;
    const auto found = find_kind(kind.api.plural);
    REQUIRE(found.has_value());
    CHECK((*found)->singular == kind.api.singular);
    CHECK((*found)->kind == kind.api.kind);
    CHECK((*found)->group == kind.api.group);
    CHECK((*found)->path == kind.api.path);
    CHECK((*found)->section == kind.section);
    CHECK((*found)->id_field == kind.id_field);
  });
  CHECK(resource_kinds().size() == count);
}

TEST_CASE("kinds: each is found by any of its names, and by no other") {
  for (const auto* name : {"tcp-services", "tcp-service", "TcpService", "TCP-SERVICES", "tcpservice",
                           "proxy.otoroshi.io/TcpService"}) {
    CAPTURE(name);
    CHECK(find_kind(name).value()->plural == "tcp-services");
  }
  const std::map<std::string, std::string> refused = {
      {"tcp-servces", R"("tcp-servces" is no kind of entity, did you mean tcp-services?)"},
      {"routs", "did you mean routes?"},
      {"pki.otoroshi.io/TcpService", "tcp-services"},
      {"backends", "certificates, jwt-verifiers, tcp-services, routes, apikeys, apps-sessions"},
      {"", "no kind"},
      {"\x1b[2J", R"("\x1b[2J")"}};
  for (const auto& [name, sentence] : refused) {
    CAPTURE(name);
    REQUIRE_FALSE(find_kind(name).has_value());
    CHECK(find_kind(name).error().code == ErrorCode::bad_input);
    CHECK_THAT(find_kind(name).error().sentence, Catch::Contains(sentence));
  }
}

TEST_CASE("kinds: paths of the API, with the id as one segment") {
  const auto& kind = **find_kind("apikey");
  CHECK(path_of(kind) == "/apis/apim.otoroshi.io/v1/apikeys");
  CHECK(path_of(kind, "a/b c?") == "/apis/apim.otoroshi.io/v1/apikeys/a%2Fb%20c%3F");
  CHECK(qualified_name(kind) == "apim.otoroshi.io/ApiKey");
}
