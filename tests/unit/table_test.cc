#include "otoroshictl/resources/table.h"

#include <array>
#include <catch2/catch.hpp>

#include "common/json/writer.h"
#include "otoroshictl/resources/output.h"
#include "otoroshictl/resources/terminal_text.h"

using namespace otoroshi;
using namespace otoroshi::ctl;

TEST_CASE("table: columns are as wide as their widest cell, and lines have no spaces at their end") {
  constexpr std::array<std::string_view, 3> headers = {"ID", "NAME", "PORT"};
  CHECK(table_text(headers, {{"a", "mail", "25"}, {"long-id", "-", "443"}}) ==
        "ID       NAME  PORT\n"
        "a        mail  25\n"
        "long-id  -     443\n");
  CHECK(table_text(headers, {}) == "ID  NAME  PORT\n");
  CHECK(table_text(headers, {{"\xc3\xa9", "b", "c"}, {"x", "y", "z"}}) ==
        "ID  NAME  PORT\n"
        "\xc3\xa9   b     c\n"
        "x   y     z\n");
}

TEST_CASE("table: long cells are cut between characters, but ids are not") {
  constexpr std::array<std::string_view, 2> headers = {"X", "Y"};
  std::string text;
  for (int i = 0; i < 61; ++i) text += "\xc3\xa9";
  const auto long_cell = text.substr(2);
  CHECK(table_text(headers, {{text, text}}) ==
        "X" + std::string(62, ' ') + "Y\n" + text + "  " + text.substr(0, 2 * 57) + "...\n");
  CHECK(table_text(headers, {{"a", long_cell}}) == "X  Y\na  " + long_cell + "\n");
}

TEST_CASE("table: what a cell shows of a value") {
  const auto entity =
      *parse_json(R"({"text":"a","empty":"","no":null,"flag":false,"number":22,"texts":["a","b"],
      "none":[],"objects":[{},{}],"object":{"x":1},"at":1795132800000,"in":{"side":{"deep":7}}})");
  const struct {
    const char* path;
    const char* cell;
  } rows[] = {{"text", "a"},     {"empty", "-"},           {"no", "-"},           {"missing", "-"},
              {"flag", "false"}, {"number", "22"},         {"texts", "a, b"},     {"none", "0"},
              {"objects", "2"},  {"object", R"({"x":1})"}, {"in.side.deep", "7"}, {"in.none.deep", "-"},
              {"text.deep", "-"}};
  for (const auto& [path, cell] : rows) {
    CAPTURE(path);
    CHECK(cell_text(find_at(entity, path), ColumnFormat::plain) == cell);
  }
  CHECK(cell_text(find_at(entity, "at"), ColumnFormat::date) == "2026-11-20");
  CHECK(cell_text(find_at(entity, "no"), ColumnFormat::date) == "-");
}

TEST_CASE("table: nothing that a server says steers the terminal") {
  const struct {
    std::string text, shown;
  } rows[] = {{"plain \xc3\xa9", "plain \xc3\xa9"},
              {"\x1b[31m", "\\x1b[31m"},
              {"a\nb\tc", "a\\x0ab\\x09c"},
              {"\x7f", "\\x7f"},
              {"\xc2\x9b"
               "2J",
               "\\xc2\\x9b2J"},
              {"\xff", "\\xff"},
              {std::string("\0", 1), "\\x00"}};
  for (const auto& [text, shown] : rows) {
    CHECK(terminal_text(text) == shown);
    constexpr std::array<std::string_view, 1> headers = {"X"};
    CHECK(table_text(headers, {{text}}) == "X\n" + shown + "\n");
  }
  CHECK(terminal_text("a\nb\tc\r", LineBreaks::kept) == "a\nb\tc\\x0d");
}

namespace {

constexpr auto two_services =
    R"([{"id":"a","name":"x","enabled":true,"interface":"::","port":22,"tls":"Disabled",
    "rules":[{}],"secret":"s3cret"},{"id":"b","port":23,"kind":"other"}])";

const ResourceKind& services() {
  return **find_kind("tcp-services");
}

}  // namespace

TEST_CASE("output: entities in each form") {
  const auto entities = *parse_json(two_services);
  CHECK(entities_text(OutputFormat::table, services(), entities) ==
        "ID  NAME  ENABLED  INTERFACE  PORT  TLS       RULES\n"
        "a   x     true     ::         22    Disabled  1\n"
        "b   -     -        -          23    -         -\n");
  CHECK(entities_text(OutputFormat::table, services(), entities[0], {"port", "id"}) ==
        "port  id\n"
        "22    a\n");
  CHECK(entities_text(OutputFormat::json, services(), entities[1]) ==
        R"({"kind":"proxy.otoroshi.io/TcpService","id":"b","port":23})"
        "\n");
  CHECK(entities_text(OutputFormat::json_pretty, services(), entities[1]) ==
        "{\n  \"kind\": \"proxy.otoroshi.io/TcpService\",\n  \"id\": \"b\",\n  \"port\": 23\n}\n");
  CHECK(entities_text(OutputFormat::yaml, services(), entities[1]) ==
        "kind: proxy.otoroshi.io/TcpService\nid: b\nport: 23\n");
}

TEST_CASE("output: tables of keys show no secret") {
  const auto keys = *parse_json(R"([{"clientId":"ci","clientName":"n","clientSecret":"s3cret",
      "rotation":{"nextSecret":"s3cret"}}])");
  CHECK_THAT(entities_text(OutputFormat::table, **find_kind("apikey"), keys), !Catch::Contains("s3cret"));
}

TEST_CASE("output: JSON that steers no terminal is the same JSON") {
  const std::string text = "\x7f\xc2\x9b\xc3\xa9\x1b";
  JsonWriter writer;
  writer.begin_object().key("id").text(text).end_object();
  const auto entity = *parse_json(writer.take());
  const auto shown = document_text(OutputFormat::json, entity);
  CHECK(shown == "{\"id\":\"\\u007f\\u009b\xc3\xa9\\u001B\"}\n");
  CHECK((*parse_json(shown))["id"].GetString() == text);
}

TEST_CASE("output: facts of all levels") {
  const auto facts = *parse_json(R"({"otoroshi":"healthy","storage":{"type":"sqlite","ok":true}})");
  CHECK(facts_text(OutputFormat::table, facts) ==
        "FACT          VALUE\n"
        "otoroshi      healthy\n"
        "storage.type  sqlite\n"
        "storage.ok    true\n");
  CHECK(facts_text(OutputFormat::yaml, facts) == "otoroshi: healthy\nstorage:\n  type: sqlite\n  ok: true\n");
}
