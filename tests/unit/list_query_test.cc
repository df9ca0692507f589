#include "gateway/admin/list_query.h"

#include <catch2/catch.hpp>

#include "common/json/parse.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

ListQuery good(const TextPairs& parameters) {
  auto query = parse_list_query(parameters);
  if (!query) FAIL(to_text(query.error()));
  return *query;
}

std::vector<JsonDocument> people() {
  std::vector<JsonDocument> documents;
  for (
      const auto* json : {
          R"({"id": "a", "age": 9, "on": true, "tags": ["x", "y"], "metadata": {"a.b": "dots"}, "deep": {"name": "Zoe"}})",
          R"({"id": "b", "age": 10, "on": false, "tags": [], "deep": {"name": "anna"}})",
          R"({"id": "c", "age": "old", "tags": ["XY"], "deep": {"name": null}})",
          R"({"id": "d", "deep": [{"name": "Bob"}, {"name": "Anna"}]})",
      })
    documents.push_back(parse_json(json).value());
  return documents;
}

// The ids of the people that are chosen, in order: "abc".
std::string chosen(const TextPairs& parameters) {
  static const auto all = people();
  std::string ids;
  for (const auto* one : choose(good(parameters), all)) ids += (*one)["id"].GetString();
  return ids;
}

std::string with_fields(const char* fields, const char* json) {
  JsonWriter out;
  write_fields(good({{"fields", fields}}), *parse_json(json), out);
  return out.take();
}

}  // namespace

TEST_CASE("filters want equal texts, at paths with dots and in lists") {
  const struct {
    const char *field, *value, *ids;
  } rows[] = {
      {"id", "b", "b"},
      {"id", "B", ""},
      {"age", "10", "b"},
      {"age", "old", "c"},
      {"on", "true", "a"},
      {"on", "false", "b"},
      {"tags", "x", "a"},
      {"tags", "X", ""},
      {"tags.1", "y", "a"},
      {"tags.2", "y", ""},
      {"deep.name", "Zoe", "a"},
      {"deep.name", "Anna", "d"},
      {"deep.1.name", "Anna", "d"},
      {"deep.0.name", "Anna", ""},
      {"deep.name", "null", "c"},
      {"metadata.a.b", "dots", "a"},
      {"metadata.a", "dots", ""},
      {"nothing", "", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.field, row.value);
    CHECK(chosen({{std::string("filter.") + row.field, row.value}}) == row.ids);
  }
  CHECK(chosen({{"filter.on", "true"}, {"filter.age", "9"}}) == "a");
  CHECK(chosen({{"filter.on", "true"}, {"filter.age", "10"}}).empty());
}

TEST_CASE("filtered wants fields that contain a text, in any letter case") {
  CHECK(chosen({{"filtered", "deep.name:AN"}}) == "bd");
  CHECK(chosen({{"filtered", "deep.name:an,id:d"}}) == "d");
  CHECK(chosen({{"filtered", "tags:x"}}) == "ac");
  CHECK(chosen({{"filtered", "id:"}}) == "abcd");
  CHECK(chosen({{"filtered", "id:zz"}}).empty());
}

TEST_CASE("numbers are sorted before texts, and what lacks the field comes last") {
  CHECK(chosen({}) == "abcd");
  CHECK(chosen({{"sorted", "age"}}) == "abcd");
  CHECK(chosen({{"sorted", "age:desc"}}) == "cbad");
  CHECK(chosen({{"sorted", "id:desc"}}) == "dcba");
  CHECK(chosen({{"sorted", "id:true"}}) == "dcba");
  CHECK(chosen({{"sorted", "id:asc"}}) == "abcd");
  CHECK(chosen({{"sorted", "on|id:desc"}}) == "badc");
  CHECK(chosen({{"sorted", "nothing|id:desc"}}) == "dcba");
}

TEST_CASE("pages count from one") {
  const struct {
    TextPairs parameters;
    std::size_t of, offset, length;
  } rows[] = {
      {{}, 5, 0, 5},
      {{{"pageSize", "2"}}, 5, 0, 2},
      {{{"page", "3"}, {"pageSize", "2"}}, 5, 4, 1},
      {{{"page", "4"}, {"pageSize", "2"}}, 5, 6, 0},
      {{{"pageSize", "9"}}, 5, 0, 5},
      {{{"page", "18446744073709551615"}, {"pageSize", "18446744073709551615"}}, 5, SIZE_MAX, 0},
      {{{"page", "2"}}, 5, SIZE_MAX, 0},
  };
  for (const auto& row : rows) {
    const auto query = good(row.parameters);
    CAPTURE(query.page, row.offset);
    CHECK(query.offset() == row.offset);
    CHECK(query.length(row.of) == row.length);
  }
}

TEST_CASE("only the wanted fields are written") {
  const auto* json = R"({"id":"a","deep":{"x":1,"y":{"z":2}},"list":[{"n":1,"m":2},{"m":3}],"dep":0})";
  CHECK(with_fields("", json) == json);
  CHECK(with_fields("id", json) == R"({"id":"a"})");
  CHECK(with_fields("deep.x,id", json) == R"({"id":"a","deep":{"x":1}})");
  CHECK(with_fields("deep.y.z", json) == R"({"deep":{"y":{"z":2}}})");
  CHECK(with_fields("deep,deep.x", json) == R"({"deep":{"x":1,"y":{"z":2}}})");
  CHECK(with_fields("list.n", json) == R"({"list":[{"n":1},{}]})");
  CHECK(with_fields("nothing", json) == "{}");
}

TEST_CASE("parameters that make no sense are refused by name") {
  for (const auto& [name, value] : {std::pair{"page", "0"},
                                    {"page", "-1"},
                                    {"page", "x"},
                                    {"page", ""},
                                    {"pageSize", "0"},
                                    {"pageSize", "1.5"},
                                    {"pageSize", "99999999999999999999"},
                                    {"filtered", "name"},
                                    {"filtered", ":x"},
                                    {"sorted", "name:up"},
                                    {"sorted", ":desc"}}) {
    CAPTURE(name, value);
    const auto query = parse_list_query({{name, value}});
    REQUIRE_FALSE(query);
    CHECK(query.error().front().path == name);
  }
  CHECK_FALSE(good({{"drain", "1s"}, {"page", "1"}}).looks_into_entities());
}
