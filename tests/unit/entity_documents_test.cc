#include "otoroshictl/resources/documents.h"

#include <catch2/catch.hpp>

using namespace otoroshi;
using namespace otoroshi::ctl;

namespace {

// "tcp-service a {...}; route b {...}", or the sentence.
std::string read(const std::string& text, const std::string& name = "stdin", const char* kind = nullptr) {
  const auto documents = read_entities(text, name, kind ? *find_kind(kind) : nullptr);
  if (!documents) {
    CHECK(documents.error().code == ErrorCode::bad_input);
    return documents.error().sentence;
  }
  std::string all;
  for (const auto& entity : documents->entities)
    all += (all.empty() ? "" : "; ") + described(*entity.kind, entity.id) + ' ' + entity.json;
  return all;
}

}  // namespace

TEST_CASE("documents: an entity says its kind, or the command line does") {
  CHECK(read(R"({"kind":"TcpService","id":"a","port":1})") == R"(tcp-service a {"id":"a","port":1})");
  CHECK(read(R"({"id":"a","kind":"proxy.otoroshi.io/Route"})") == R"(route a {"id":"a"})");
  CHECK(read("kind: apikeys\nclientId: ci\n") == R"(apikey ci {"clientId":"ci"})");
  CHECK(read(R"({"id":"a"})", "stdin", "routes") == R"(route a {"id":"a"})");
  CHECK(read(R"({"id":"a","kind":"Route"})", "stdin", "routes") == R"(route a {"id":"a"})");
  CHECK(read(R"({"name":"new"})", "stdin", "routes") == R"(route  {"name":"new"})");
  CHECK(read("apiVersion: proxy.otoroshi.io/v1\nkind: TcpService\nmetadata: {name: x}\nspec:\n  id: a\n  "
             "port: 1\n") == R"(tcp-service a {"id":"a","port":1})");

  CHECK_THAT(read(R"([{"kind":"Route"},{"id":"a"}])"),
             Catch::Contains("stdin, entity 2: it does not say what it is"));
  CHECK_THAT(read(R"({"kind":"Rute"})"), Catch::Contains("stdin, entity 1: kind: \"Rute\" is no kind"));
  CHECK_THAT(read(R"({"kind":"Route"})", "stdin", "apikeys"),
             Catch::Contains("this is a route, where apikeys are wanted"));
  CHECK_THAT(read("7", "a.json", "routes"), Catch::Contains("an entity is an object, not 7"));
}

TEST_CASE("documents: one, a list, several documents, a line each") {
  const std::string both = R"(route a {"id":"a"}; route b {"id":"b"})";
  CHECK(read(R"([{"id":"a"},{"id":"b"}])", "stdin", "routes") == both);
  CHECK(read("- id: a\n- id: b\n", "stdin", "routes") == both);
  CHECK(read("---\nid: a\n---\nid: b\n---\n", "stdin", "routes") == both);
  CHECK(read("{\"id\":\"a\"}\n\n{\"id\":\"b\"}\r\n", "x.ndjson", "routes") == both);
  CHECK(read("// by hand\n[{\"id\":\"a\"},{\"id\":\"b\"},]", "x.json", "routes") == both);
  CHECK(read("[{id: a}, {id: b}]", "x.yaml", "routes") == both);
  CHECK(read("", "stdin", "routes").empty());
  CHECK(read("[]", "stdin", "routes").empty());
}

TEST_CASE("documents: what cannot be read says where") {
  CHECK_THAT(read("{\n  \"id\": x}", "a.json"), Catch::StartsWith("a.json: line 2, column 9: "));
  CHECK_THAT(read("{\"id\": x}"), Catch::StartsWith("stdin: line 1, column 8: "));
  CHECK_THAT(read("a: [", "a.yml"), Catch::StartsWith("a.yml: line "));
  CHECK_THAT(read("{}\n{", "a.jsonl", "routes"), Catch::Contains("value in line 2: "));
  CHECK_THAT(read("a: 1\na: 2\n", "a.yaml"), Catch::Contains("/a: the object has this field more than once"));
  CHECK_THAT(read("{", "\x1b.json"), Catch::StartsWith("\\x1b.json: "));
}

TEST_CASE("documents: an export is taken section by section, and sorted for what refers to what") {
  const auto text = R"({"label":"Otoroshi export","date":"x","stats":{"calls":1},"config":{},"admins":[],
    "apiKeys":[{"clientId":"k"}],"routes":[{"id":"r"}],"tenants":[{"id":"t"}],
    "tcpServices":[{"id":"s2"},{"id":"s1"}],"jwtVerifiers":[{"id":"v"}],"certificates":[{"id":"c"}]})";
  auto documents = read_entities(text, "export.json", nullptr);
  REQUIRE(documents.has_value());
  CHECK(documents->left_out == std::vector<std::string>{"tenants"});
  sort_for_applying(documents->entities);
  std::string order;
  for (const auto& entity : documents->entities) order += described(*entity.kind, entity.id) + ", ";
  CHECK(order == "certificate c, jwt-verifier v, tcp-service s2, tcp-service s1, route r, apikey k, ");

  CHECK(read(text, "export.json", "routes") == R"(route r {"id":"r"})");
  CHECK(read("routes:\n- id: r\n", "export.yaml") == R"(route r {"id":"r"})");
  CHECK_THAT(read(R"({"routes":[{"id":"r","kind":"ApiKey"}]})"),
             Catch::Contains("this is a apikey, where routes"));
  CHECK_THAT(read(R"({"routes":[],"apiKeys":{}})"), Catch::Contains("apiKeys is no list"));
}
