#include "gateway/admin/openapi_document.h"

#include <rapidjson/pointer.h>
#include <catch2/catch.hpp>

#include <set>

#include "common/json/reader.h"
#include "common/json/writer.h"
#include "tests/support/admin_fixture.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

// Calls visit(text) for every "$ref" in the value.
template <class Visit>
void for_each_reference(const JsonValue& value, const Visit& visit) {
  if (value.IsArray()) {
    for (const auto& element : value.GetArray()) for_each_reference(element, visit);
  }
  if (!value.IsObject()) return;
  for (const auto& member : value.GetObject()) {
    if (text_of(member.name) == "$ref" && member.value.IsString()) visit(std::string(text_of(member.value)));
    for_each_reference(member.value, visit);
  }
}

}  // namespace

TEST_CASE("the OpenAPI document names every operation once, and refers to what is in it") {
  AdminFixture api;
  const auto document = api.json(api.ask("GET", "/apis/openapi.json"));
  std::set<std::string> ids;
  std::size_t count = 0;
  for (const auto& path : document["paths"].GetObject()) {
    for (const auto& operation : path.value.GetObject()) {
      ids.insert(operation.value["operationId"].GetString());
      ++count;
    }
  }
  CHECK(count == api.routes().operations().size());
  CHECK(ids.size() == count);
  for_each_reference(document, [&document](const std::string& reference) {
    CAPTURE(reference);
    CHECK(rapidjson::Pointer(reference).Get(document));
  });
  CHECK(to_json(document["paths"]["/api/tcp/services/{id}"]["put"]["parameters"][0]["in"]) == R"("path")");
  CHECK(document["components"]["schemas"]["TcpService"]["properties"]["port"]["maximum"].GetInt() == 65535);
}

TEST_CASE("an operation without an id and schemas is described all the same") {
  const std::vector<Operation> operations = {{.method = "GET",
                                              .path = "/api/tcp/connections",
                                              .answer = {},
                                              .access = Access::open,
                                              .tag = "connections",
                                              .summary = "Lists them",
                                              .response_schema = "Unknown"}};
  const auto document = parse_json(openapi_document(operations, "1.2.3")).value();
  const auto& get = document["paths"]["/api/tcp/connections"]["get"];
  CHECK(to_json(get["operationId"]) == R"("getApiTcpConnections")");
  CHECK(get["security"].Empty());
  CHECK(get["responses"]["200"]["content"]["application/json"]["schema"].ObjectEmpty());
  CHECK(to_json(document["info"]["version"]) == R"("1.2.3")");
}

TEST_CASE("the kinds of entities are described as Otoroshi does") {
  AdminFixture api;
  const auto kinds = api.json(api.ask("GET", "/apis/entities?schema=false"));
  REQUIRE(kinds["resources"].Size() == 6);
  CHECK(to_json(kinds["resources"][0]["kind"]) == R"("TcpService")");
  CHECK(to_json(kinds["resources"][0]["plural_name"]) == R"("tcp-services")");
  CHECK_FALSE(kinds["resources"][0]["version"].HasMember("schema"));
  CHECK(api.json(api.ask("GET", "/apis/entities"))["resources"][0]["version"].HasMember("schema"));
}
