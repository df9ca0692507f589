#include <catch2/catch.hpp>

#include "common/auth/session_token.h"
#include "common/json/reader.h"
#include "gateway/admin/entity_resource.h"
#include "tests/support/admin_fixture.h"
#include "tests/support/test_pki.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

// A new entity of each kind, without its id, and a field of it to change.
struct Sample {
  std::string path, generic, id_field, json, field;
};

std::vector<Sample> samples() {
  return {
      {"/api/tcp/services", "/apis/proxy.otoroshi.io/v1/tcp-services", "id",
       R"({"name": "one", "port": 4200, "enabled": false})", "description"},
      {"/api/routes", "/apis/proxy.otoroshi.io/v1/routes", "id",
       R"({"name": "one", "frontend": {"domains": ["a.test"]},
           "backend": {"targets": [{"hostname": "b.test", "port": 22}]},
           "plugins": [{"plugin": "cp:otoroshi.next.plugins.TcpTunnel"}]})",
       "description"},
      {"/api/apikeys", "/apis/apim.otoroshi.io/v1/apikeys", "clientId", R"({"clientName": "one"})",
       "description"},
      {"/api/verifiers", "/apis/security.otoroshi.io/v1/jwt-verifiers", "id",
       R"({"name": "one", "algoSettings": {"type": "HSAlgoSettings", "size": 256, "secret": "s"}})", "desc"},
      {"/api/apps-sessions", "/apis/security.otoroshi.io/v1/apps-sessions", "randomId", R"({"name": "one"})",
       "realm"},
  };
}

std::string text_at(const JsonDocument& document, const std::string& name) {
  REQUIRE(document.IsObject());
  REQUIRE(document.HasMember(name));
  REQUIRE(document[name].IsString());
  return document[name].GetString();
}

std::string with(const std::string& json, const std::string& name, const std::string& value) {
  return "{\"" + name + "\": \"" + value + "\", " + json.substr(1);
}

void check_error(const AdminResponse& answer, int status, const std::string& error) {
  CAPTURE(answer.body);
  CHECK(answer.status == status);
  CHECK(answer.body.find("\"error\":\"" + error + "\"") != std::string::npos);
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

const std::string disabled_service = R"({"id": "a", "name": "one", "port": 4200, "enabled": false})";
const TextPairs as_lines = {{"content-type", "application/x-ndjson"}};

}  // namespace

TEST_CASE("create, get, list, put, patch and delete are the same for every kind") {
  for (const auto& sample : samples()) {
    CAPTURE(sample.path);
    AdminFixture api;
    const auto created = api.ask("POST", sample.path, sample.json);
    CAPTURE(created.body);
    REQUIRE(created.status == 201);
    const auto id = text_at(api.json(created), sample.id_field);
    const auto one = sample.path + "/" + id;

    const auto got = api.ask("GET", one);
    CHECK(got.status == 200);
    CHECK(api.ask("GET", sample.path).body == "[" + got.body + "]");
    CHECK(header_of(api.ask("GET", sample.path), "X-Count") == "1");

    const auto put = api.ask("PUT", one, with(got.body, "unknown", "kept"));
    CHECK(put.status == 200);
    CHECK(text_at(api.json(put), "unknown") == "kept");

    const auto merged = api.ask("PATCH", one, "{\"" + sample.field + "\": \"merged\"}");
    CHECK(merged.status == 200);
    CHECK(text_at(api.json(merged), sample.field) == "merged");
    const auto operated = api.ask(
        "PATCH", one, R"([{"op": "replace", "path": "/)" + sample.field + R"(", "value": "operated"}])");
    CHECK(operated.status == 200);
    CHECK(api.ask("GET", one).body == operated.body);

    const auto deleted = api.ask("DELETE", one);
    CHECK(deleted.status == 200);
    CHECK(deleted.body == (sample.id_field == "randomId" ? R"({"done":true})" : R"({"deleted":true})"));
    CHECK(api.ask("GET", sample.path).body == "[]");
    for (const auto* method : {"GET", "PUT", "PATCH", "DELETE"})
      check_error(api.ask(method, one, "{}"), 404, "not_found");
  }
}

TEST_CASE("the generic family has its own codes") {
  for (const auto& sample : samples()) {
    CAPTURE(sample.generic);
    AdminFixture api;
    const auto body = with(sample.json, sample.id_field, "a");
    CHECK(api.ask("POST", sample.generic, body).status == 201);
    check_error(api.ask("POST", sample.generic, body), 401, "unauthorized");
    check_error(api.ask("POST", sample.path, body), 400, "not_found");

    const auto same = api.ask("GET", sample.generic + "/a").body;
    const auto unchanged = api.ask("POST", sample.generic + "/a", same);
    CHECK(unchanged.status == 200);
    CHECK(header_of(unchanged, "Otoroshi-Entity-Updated") == "false");
    const auto changed = api.ask("POST", sample.generic + "/a", with(same, "unknown", "new"));
    CHECK(changed.status == 200);
    CHECK(header_of(changed, "Otoroshi-Entity-Updated") == "true");
    const auto made = api.ask("POST", sample.generic + "/b", sample.json);
    CHECK(made.status == 201);
    CHECK(text_at(api.json(made), sample.id_field) == "b");

    CHECK(api.ask("GET", sample.generic + "/_count").body == R"({"count":2})");
    CHECK(api.ask("DELETE", sample.generic + "/b").body == R"({"deleted":true})");
    CHECK(api.ask("DELETE", sample.generic).status == 204);
    CHECK(api.ask("GET", sample.generic + "/_count").body == R"({"count":0})");
  }
}

TEST_CASE("what Kubernetes' tools send is taken out of its wrapping, in the generic family") {
  AdminFixture api;
  const auto wrapped =
      R"({"apiVersion": "proxy.otoroshi.io/v1", "kind": "TcpService", "spec": )" + disabled_service + "}";
  const auto created = api.ask("POST", "/apis/proxy.otoroshi.io/v1/tcp-services", wrapped);
  CHECK(created.status == 201);
  CHECK(text_at(api.json(created), "id") == "a");
  check_error(api.ask("POST", "/api/tcp/services", wrapped), 400, "bad_format");
}

TEST_CASE("templates can be created as they are, and take wishes") {
  for (const auto& resource : entity_resources()) {
    AdminFixture api;
    const auto base = "/api/" + std::string(resource->names().api.path);
    CAPTURE(base);
    const auto example = api.ask("GET", base + "/_template");
    CHECK(example.status == 200);
    CHECK(api.ask("GET", base + "/_template").body != example.body);  // another id
    if (resource->names().section == "certificates") continue;        // it has dots for PEM texts
    const auto wish = api.ask("POST", base + "/_template", R"({"metadata": {"wish": "mine"}})");
    CHECK(mentions(wish.body, R"("wish":"mine")"));
    auto creatable = api.json(wish);
    if (resource->names().section == "tcpServices")
      continue;  // it is enabled: no port is opened here; test_admin_entities_round.py does it
    const auto created = api.ask("POST", base, wish.body);
    CAPTURE(created.body);
    CHECK(created.status == 201);
  }
  AdminFixture api;
  for (const auto* path : {"/api/tcp/_template", "/api/new/tcp/service", "/api/tcp/services/_template"}) {
    const auto service = api.json(api.ask("GET", path));
    CHECK(text_at(service, "id").starts_with("tcp_service_"));
    CHECK(text_at(service, "name") == "TCP Proxy");
    CHECK(service["port"].GetInt() == 4200);
    CHECK(text_at(service, "tls") == "Disabled");
  }
}

TEST_CASE("a key gets an id and a secret, a session an id and times") {
  AdminFixture api;
  const auto key = api.json(api.ask("POST", "/api/apikeys", R"({"clientName": "ci", "clientId": null})"));
  CHECK(text_at(key, "clientId").size() == 16);
  CHECK(text_at(key, "clientSecret").size() == 64);
  const auto own =
      api.json(api.ask("POST", "/api/apikeys", R"({"clientName": "ci", "clientSecret": "own"})"));
  CHECK(text_at(own, "clientSecret") == "own");

  const auto created = api.ask("POST", "/api/apps-sessions", "{}");
  const auto session = api.json(created);
  const auto id = text_at(session, "randomId");
  CHECK(id.size() == 64);
  CHECK(session["expiredAt"].GetInt64() - session["createdAt"].GetInt64() == 24 * 60 * 60 * 1000);
  CHECK(verify_session_token("secret of the tests", text_at(session, "pappsToken")) == id);
  CHECK_FALSE(mentions(api.ask("GET", "/api/apps-sessions/" + id).body, "pappsToken"));
  CHECK(api.ask("PUT", "/api/apps-sessions/" + id, created.body).status == 200);
  CHECK_FALSE(mentions(api.ask("GET", "/api/apps-sessions/" + id).body, "pappsToken"));
}

TEST_CASE("sessions end all together, or those of a module") {
  AdminFixture api;
  for (const auto* module : {"m", "m", "n"})
    api.ask("POST", "/api/apps-sessions", std::string(R"({"authConfigId": ")").append(module).append("\"}"));
  CHECK(api.ask("DELETE", "/api/apps-sessions-module/m").body == R"({"done":true})");
  CHECK(api.entities().tunnel.sessions.size() == 1);
  CHECK(api.ask("DELETE", "/api/apps-sessions").body == R"({"done":true})");
  CHECK(api.entities().tunnel.sessions.empty());
}

TEST_CASE("bad bodies are refused with a path and a reason, and change nothing") {
  AdminFixture api;
  REQUIRE(api.ask("POST", "/api/tcp/services", disabled_service).status == 201);
  const auto before = api.entities();
  const struct {
    const char *method, *path, *body, *told;
  } rows[] = {
      {"POST", "", "", "there is no JSON value"},
      {"POST", "", "{", "line 1"},
      {"POST", "", "[]", "an object is wanted"},
      {"POST", "", R"({"name": "x"})", R"("path":"/port")"},
      {"POST", "", R"({"port": "x"})", R"("path":"/port")"},
      {"POST", "", R"({"port": 1, "tls": "Maybe"})", R"("path":"/tls")"},
      {"POST", "", R"({"port": 1, "port": 2})", "more than once"},
      {"POST", "", R"({"port": 1, "id": 5})", R"("path":"/id")"},
      {"POST", "", R"({"port": 1, "id": "_bulk"})", R"("path":"/id")"},
      {"POST", "", R"({"port": 1, "id": "a\u0000b"})", R"("path":"/id")"},
      {"POST", "", R"({"port": 1, "rules": [{"domain": "(", "targets": []}]})", "/rules/0/domain"},
      {"PUT", "/a", R"({"port": 1, "id": "b"})", R"("path":"/id")"},
      {"PUT", "/a", R"({"id": "a"})", R"("path":"/port")"},
      {"PATCH", "/a", "5", "a patch is"},
      {"PATCH", "/a", R"([{"op": "test", "path": "/name", "value": "two"}])", R"("path":"/0)"},
      {"PATCH", "/a", R"([{"op": "replace", "path": "/port", "value": 0}])", R"("path":"/port")"},
      {"PATCH", "/a", R"({"port": null})", R"("path":"/port")"},
      {"PUT", "/a?drain=soon", R"({"port": 1})", R"("path":"drain")"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.method, row.body);
    const auto answer = api.ask(row.method, std::string("/api/tcp/services") + row.path, row.body);
    check_error(answer, 400, "bad_format");
    CAPTURE(answer.body);
    CHECK(mentions(answer.body, row.told));
    CHECK(api.entities() == before);
  }
  check_error(
      api.ask("POST", "/api/tcp/services", "port=1", {{"content-type", "application/x-www-form-urlencoded"}}),
      415, "bad_content_type");
  check_error(api.ask("POST", "/api/tcp/services", std::string(5 * 1024 * 1024, ' ')), 413, "too_large");
}

TEST_CASE("nobody changes the id of an entity by a patch") {
  AdminFixture api;
  api.ask("POST", "/api/tcp/services", disabled_service);
  const auto patched = api.ask("PATCH", "/api/tcp/services/a", R"({"id": "b", "name": "two"})");
  CHECK(patched.status == 200);
  CHECK(text_at(api.json(patched), "id") == "a");
  CHECK(text_at(api.json(patched), "name") == "two");
}

TEST_CASE("Otoroshi's dotted patches are told by their type") {
  AdminFixture api;
  api.ask("POST", "/api/tcp/services", disabled_service);
  const auto patched = api.ask("PATCH", "/api/tcp/services/a", R"([{"path": "sni.enabled", "value": true}])",
                               {{"content-type", "application/json+oto-patch"}});
  CHECK(patched.status == 200);
  CHECK(mentions(patched.body, R"("sni":{"enabled":true)"));
}

TEST_CASE("two who change the same entity do not overwrite each other") {
  AdminFixture api;
  const auto tag = header_of(api.ask("POST", "/api/tcp/services", disabled_service), "ETag");
  CHECK(tag.size() == 34);
  CHECK(header_of(api.ask("GET", "/api/tcp/services/a"), "ETag") == tag);
  const auto first = api.ask("PATCH", "/api/tcp/services/a", R"({"name": "two"})", {{"if-match", tag}});
  CHECK(first.status == 200);
  CHECK(header_of(first, "ETag") != tag);
  for (const auto* method : {"PUT", "PATCH", "DELETE"})
    check_error(api.ask(method, "/api/tcp/services/a", R"({"port": 1})", {{"if-match", tag}}), 412,
                "precondition_failed");
  CHECK(api.ask("GET", "/api/tcp/services/a").body == first.body);

  check_error(api.ask("POST", "/api/tcp/services", disabled_service, {{"if-none-match", "*"}}), 412,
              "precondition_failed");
  check_error(api.ask("POST", "/apis/proxy.otoroshi.io/v1/tcp-services/a", disabled_service,
                      {{"if-none-match", "*"}}),
              412, "precondition_failed");
  const auto known = api.ask("GET", "/api/tcp/services/a", "", {{"if-none-match", header_of(first, "ETag")}});
  CHECK(known.status == 304);
  CHECK(known.body.empty());
  CHECK(api.ask("GET", "/api/tcp/services/a", "", {{"if-none-match", tag}}).status == 200);
  CHECK(api.ask("DELETE", "/api/tcp/services/a", "", {{"if-match", "*"}}).status == 200);
}

TEST_CASE("what has no effect is told beside the entity") {
  AdminFixture api;
  const auto created = api.ask("POST", "/api/tcp/services",
                               R"({"port": 1, "enabled": false, "clientAuth": "Need", "name": "é"})");
  CHECK(created.status == 201);
  CHECK(mentions(header_of(created, "Otoroshi-Warnings"), R"([{"path":"/)"));
  CHECK_FALSE(mentions(created.body, "Warnings"));
}

TEST_CASE("connections of services that are gone are drained if that is asked for") {
  AdminFixture api;
  api.ask("POST", "/api/tcp/services", disabled_service);
  CHECK(api.ask("DELETE", "/api/tcp/services/a?drain=30s").status == 200);
  CHECK(api.drained().empty());  // a disabled one has none
  const auto service = [](bool is_enabled) {
    TcpService made;
    made.id = "a";
    made.enabled = is_enabled;
    return std::make_shared<const TcpService>(made);
  };
  const Entities on{.services = {service(true)}}, off{.services = {service(false)}};
  CHECK(services_gone(on, off).size() == 1);
  CHECK(services_gone(on, Entities{}).size() == 1);
  CHECK(services_gone(on, on).empty());
  CHECK(services_gone(off, on).empty());
}

TEST_CASE("lists have pages, conditions and lines") {
  AdminFixture api;
  for (const auto* id : {"a", "b", "c"})
    api.ask("POST", "/api/tcp/services", with(R"({"port": 1, "enabled": false})", "id", id));
  const auto page = api.ask("GET", "/api/tcp/services?page=2&pageSize=2&fields=id");
  CHECK(page.body == R"([{"id":"c"}])");
  CHECK(header_of(page, "X-Count") == "3");
  CHECK(header_of(page, "X-Offset") == "2");
  CHECK(header_of(page, "X-Page") == "2");
  CHECK(header_of(page, "X-Page-Size") == "2");
  CHECK(api.ask("GET", "/api/tcp/services?filter.id=b&fields=id").body == R"([{"id":"b"}])");
  const auto lines = api.ask("GET", "/api/tcp/services?fields=id", "", {{"accept", "application/x-ndjson"}});
  CHECK(lines.content_type == "application/x-ndjson");
  CHECK(lines.body == "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"c\"}\n");
  check_error(api.ask("GET", "/api/tcp/services?page=0"), 400, "bad_format");
}

TEST_CASE("each line of a bulk body has its own result") {
  AdminFixture api;
  const auto bulk = "/api/tcp/services/_bulk";
  const auto created = api.ask("POST", bulk,
                               R"({"id": "a", "port": 1, "enabled": false})"
                               "\n\n"
                               R"({"id": "a", "port": 1, "enabled": false})"
                               "\nno JSON\n"
                               R"({"id": "b", "port": 1, "enabled": false, "clientAuth": "Need"})"
                               "\n",
                               as_lines);
  CHECK(created.status == 200);
  CHECK(created.content_type == "application/x-ndjson");
  std::istringstream results(created.body);
  std::string first, second, third, fourth;
  REQUIRE(std::getline(results, first));
  REQUIRE(std::getline(results, second));
  REQUIRE(std::getline(results, third));
  REQUIRE(std::getline(results, fourth));
  CHECK(mentions(first, R"({"status":201,"created":true,"id":"a")"));
  CHECK(second == R"({"status":400,"error":"not_found","error_description":"Entity already exists"})");
  CHECK(mentions(third, R"({"status":400,"error":"bad_format")"));
  CHECK(mentions(fourth, R"({"status":201,"created":true,"id":"b")"));
  CHECK(mentions(fourth, R"("warnings":[{"path":)"));

  CHECK(mentions(api.ask("PUT", bulk, R"({"id": "a", "port": 2, "enabled": false})", as_lines).body,
                 R"({"status":200,"updated":true,"id":"a")"));
  CHECK(mentions(api.ask("PUT", bulk, R"({"id": "z", "port": 2})", as_lines).body, R"({"status":404,)"));
  CHECK(mentions(
      api.ask("PATCH", bulk, R"({"id": "a", "patch": [{"op": "replace", "path": "/name", "value": "n"}]})",
              as_lines)
          .body,
      R"({"status":200,"updated":true,"id":"a")"));
  CHECK(api.entities().services.front()->name == "n");
  CHECK(api.ask("DELETE", bulk, "{\"id\": \"a\"}\n{\"id\": \"z\"}",
                {{"x-content-type", "application/x-ndjson"}})
            .body ==
        "{\"status\":200,\"deleted\":true,\"id\":\"a\"}\n"
        "{\"status\":404,\"error\":\"not_found\",\"error_description\":\"there is no service with the id "
        "\\\"z\\\"\"}\n");
  CHECK(api.ask("DELETE", "/apis/proxy.otoroshi.io/v1/tcp-services/_bulk", R"({"id": "b"})", as_lines).body ==
        "{\"status\":200,\"deleted\":true,\"id\":\"b\",\"id_field\":\"id\"}\n");
  check_error(api.ask("POST", bulk, "{}", {{"content-type", "application/json"}}), 400, "bad_content_type");
  check_error(api.ask("POST", bulk, "{}"), 400, "bad_content_type");
}

TEST_CASE("a line that cannot be served does not take the others with it") {
  AdminFixture api;
  const auto verifier =
      R"({"id": "v", "name": "v", "algoSettings": {"type": "HSAlgoSettings", "size": 256, "secret": "s"}})";
  REQUIRE(api.ask("POST", "/api/verifiers", verifier).status == 201);
  const auto route = [](const std::string& id, const std::string& wanted) {
    return R"({"id": ")" + id + R"(", "frontend": {"domains": ["a.test"]},
      "backend": {"targets": [{"hostname": "b.test", "port": 22}]},
      "plugins": [{"plugin": "cp:otoroshi.next.plugins.TcpTunnel"},
      {"plugin": "cp:otoroshi.next.plugins.JwtVerificationOnly", "config": {"verifier": ")" +
           wanted + R"("}}]})";
  };
  std::string body;
  for (const auto& [id, wanted] : {std::pair{"a", "v"}, {"b", "w"}, {"c", "v"}, {"d", "x"}}) {
    auto line = route(id, wanted);
    std::erase(line, '\n');
    body += line + '\n';
  }
  const auto results = api.ask("POST", "/api/routes/_bulk", body, as_lines).body;
  CAPTURE(results);
  CHECK(mentions(results, R"({"status":201,"created":true,"id":"a"})"));
  CHECK(mentions(results, R"({"status":201,"created":true,"id":"c"})"));
  CHECK(api.entities().tunnel.routes.size() == 2);
  CHECK(
      mentions(results, R"("path":"/plugins","message":"needs the JWT verifier \"w\", which is not there")"));
  CHECK(
      mentions(results, R"("path":"/plugins","message":"needs the JWT verifier \"x\", which is not there")"));

  // Who is not there for the change that is refused is named.
  const auto refused = api.ask("DELETE", "/api/verifiers/v");
  check_error(refused, 400, "bad_format");
  CHECK(mentions(refused.body, "route 'a', /plugins: needs the JWT verifier"));
}

TEST_CASE("a key tells its quotas and its bearer") {
  AdminFixture api;
  api.ask(
      "POST", "/api/apikeys",
      R"({"clientId": "k", "clientSecret": "s", "clientName": "n", "dailyQuota": 7, "throttlingQuota": 1})");
  const auto now = std::chrono::system_clock::now();
  REQUIRE(api.quotas().take(*api.entities().tunnel.api_keys.front(), now));
  const auto used = api.json(api.ask("GET", "/api/apikeys/k/quotas"));
  CHECK(used["authorizedCallsPerDay"].GetInt() == 7);
  CHECK(used["currentCallsPerMonth"].GetInt() == 1);
  CHECK(used["remainingCallsPerMonth"].GetInt() == 9'999'999);
  CHECK(api.json(api.ask("DELETE", "/api/apikeys/k/quotas"))["currentCallsPerMonth"].GetInt() == 0);
  // printf otoapk_k | openssl dgst -sha256 -hmac s
  CHECK(api.ask("GET", "/api/apikeys/k/bearer").body ==
        R"({"bearer":"otoapk_k_88bb8d1f549926847d95e4ac1799da9081946023c9602e2dd22cbb440dc458bb"})");
  check_error(api.ask("GET", "/api/apikeys/z/quotas"), 404, "not_found");
}
