#include "gateway/admin/exchange.h"

#include <catch2/catch.hpp>

#include "tests/support/admin_fixture.h"
#include "tests/support/test_pki.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

std::string service(const std::string& id) {
  return R"({"id": ")" + id + R"(", "name": "one", "port": 4200, "enabled": false})";
}

// A gateway with two services, a key, a session and a section that is none of ours.
void fill(AdminFixture& api) {
  const auto imported = api.ask(
      "POST", "/api/otoroshi.json",
      R"({"label": "Otoroshi export", "stats": {"calls": 1}, "tcpServices": [)" + service("a") + "," +
          service("b") +
          R"(], "apiKeys": [{"clientId": "k", "clientSecret": "s", "clientName": "n", "authorizedEntities": ["route_r"]}],
                                                "scripts": [], "serviceGroups": [{"id": "g"}]})");
  CAPTURE(imported.body);
  REQUIRE(imported.status == 200);
  REQUIRE(api.ask("POST", "/api/apps-sessions", R"({"randomId": "s"})").status == 201);
}

const TextPairs lines_wanted = {{"accept", "application/x-ndjson"}};
const TextPairs lines_given = {{"x-content-type", "application/x-ndjson"}};

}  // namespace

TEST_CASE("an export has Otoroshi's sections, and no sessions") {
  AdminFixture api;
  fill(api);
  const auto document = api.json(api.ask("GET", "/api/otoroshi.json"));
  for (const auto* section :
       {"label",          "dateRaw",           "date",          "stats",        "config",
        "admins",         "simpleAdmins",      "serviceGroups", "apiKeys",      "serviceDescriptors",
        "errorTemplates", "jwtVerifiers",      "authConfigs",   "certificates", "clientValidators",
        "scripts",        "tcpServices",       "dataExporters", "tenants",      "teams",
        "routes",         "routeCompositions", "backends",      "wasmPlugins",  "drafts",
        "extensions"}) {
    CAPTURE(section);
    CHECK(document.HasMember(section));
  }
  CHECK_FALSE(document.HasMember("appSessions"));
  CHECK(document["tcpServices"].Size() == 2);
  CHECK(document["apiKeys"].Size() == 1);
  CHECK(to_json(document["serviceGroups"]) == R"([{"id":"g"}])");
}

TEST_CASE("an export imported again changes nothing, as a document and as lines") {
  AdminFixture api;
  fill(api);
  const auto before = api.entities();
  const auto document = api.ask("GET", "/api/otoroshi.json").body;
  const auto lines = api.ask("GET", "/api/otoroshi.json", "", lines_wanted);
  CHECK(lines.content_type == "application/x-ndjson");
  CHECK(api.ask("POST", "/api/otoroshi.json", document).body ==
        R"({"done":true,"added":0,"changed":0,"removed":0,"unchanged":4,)"
        R"("kept":{"appSessions":1,"sections":["serviceGroups"]},"warnings":[]})");
  CHECK(api.entities() == before);
  CHECK(api.ask("POST", "/api/import", lines.body, lines_given).status == 200);
  CHECK(api.entities() == before);
}

TEST_CASE("an import replaces everything but sessions") {
  AdminFixture api;
  fill(api);
  const auto imported = api.ask("POST", "/api/otoroshi.json", R"({"tcpServices": [)" + service("c") + "]}");
  CHECK(mentions(imported.body, R"("added":1,"changed":0,"removed":3)"));
  CHECK(api.entities().services.size() == 1);
  CHECK(api.entities().tunnel.api_keys.empty());
  CHECK(api.entities().tunnel.sessions.size() == 1);
  CHECK(api.entities().other_sections.empty());
}

TEST_CASE("sessions of a document are put beside those that are there") {
  AdminFixture api;
  fill(api);
  api.ask("POST", "/api/otoroshi.json",
          R"({"appSessions": [{"randomId": "t", "expiredAt": 1}, {"randomId": "s", "expiredAt": 2}]})");
  REQUIRE(api.entities().tunnel.sessions.size() == 2);
  CHECK(api.entities().tunnel.sessions[0]->expired_at == 2);
  CHECK(api.entities().tunnel.sessions[1]->random_id == "t");
}

TEST_CASE("a bad import tells all problems with their places, and changes nothing") {
  AdminFixture api;
  fill(api);
  const auto before = api.entities();
  const auto refused =
      api.ask("POST", "/api/otoroshi.json",
              R"({"tcpServices": [{"port": 0}, {"id": "x", "port": 1}, {"id": "x", "port": 2}],
                                   "apiKeys": [{}], "routes": 5})");
  CHECK(refused.status == 400);
  for (const auto* path : {"/tcpServices/0/port", "/tcpServices/2/id", "/apiKeys/0/clientSecret", "/routes"})
    CHECK(mentions(refused.body, std::string("\"path\":\"") + path + "\""));
  for (const auto* body :
       {"", "[]", "{}", R"({"config": {}})", R"({"tcpService": []})", R"({"tcpServices": [], })"}) {
    CAPTURE(body);
    CHECK(api.ask("POST", "/api/otoroshi.json", body).status == 400);
  }
  for (const auto* lines : {"no JSON", "[]", R"({"section": "routes"})", R"({"entity": {}})",
                            R"({"section": "routes", "entity": {}, "value": []})"}) {
    CAPTURE(lines);
    const auto answer = api.ask("POST", "/api/import", std::string("\n") + lines, lines_given);
    CHECK(answer.status == 400);
    CHECK(mentions(answer.body, R"("path":"/2")"));
  }
  const auto twofold = api.ask("POST", "/api/import",
                               R"({"section": "routes", "value": []})"
                               "\n"
                               R"({"section": "routes", "entity": {}})",
                               lines_given);
  CHECK(twofold.status == 400);
  CHECK(mentions(twofold.body, R"(the section \"routes\" is given both)"));
  CHECK(api.entities() == before);
}
