#include "otoroshictl/resources/yaml.h"

#include <catch2/catch.hpp>

#include "common/json/writer.h"

using namespace otoroshi;
using namespace otoroshi::ctl;

namespace {

std::string read_one(const std::string& yaml) {
  const auto documents = yaml_to_json(yaml);
  if (!documents) return documents.error().sentence;
  std::string all;
  for (const auto& document : *documents) all += (all.empty() ? "" : " | ") + document;
  return all;
}

}  // namespace

TEST_CASE("yaml: values are what JSON has, everything else is a text") {
  const struct {
    const char* yaml;
    const char* json;
  } rows[] = {{"a: 1", R"({"a":1})"},
              {"a: -1.5e3", R"({"a":-1500.0})"},
              {"a: true", R"({"a":true})"},
              {"a: False", R"({"a":false})"},
              {"a: null", R"({"a":null})"},
              {"a: ~", R"({"a":null})"},
              {"a:", R"({"a":null})"},
              {"a: \"1\"", R"({"a":"1"})"},
              {"a: '1'", R"({"a":"1"})"},
              {"a: ''", R"({"a":""})"},
              {"a: yes", R"({"a":"yes"})"},
              {"a: off", R"({"a":"off"})"},
              {"a: 0x1f", R"({"a":"0x1f"})"},
              {"a: 010", R"({"a":"010"})"},
              {"a: 22:22", R"({"a":"22:22"})"},
              {"a: 10.0.0.1", R"({"a":"10.0.0.1"})"},
              {"a: .*read.*", R"({"a":".*read.*"})"},
              {"a: 2026-11-22", R"({"a":"2026-11-22"})"},
              {"a: ${remote_host}", R"({"a":"${remote_host}"})"},
              {"a: !!str 1", R"({"a":"1"})"},
              {"1: x", R"({"1":"x"})"},
              {"- a\n- {b: [1, 2]}\n- []\n- {}", R"(["a",{"b":[1,2]},[],{}])"},
              {"a: |\n  x\n  y\n", R"({"a":"x\ny\n"})"},
              {"a: >-\n  x\n  y\n", R"({"a":"x y"})"},
              {"# c\na: b # c\n", R"({"a":"b"})"},
              {R"({"a": [1, "b", null]})", R"({"a":[1,"b",null]})"},
              {"a: 1\n---\nb: 2\n", R"({"a":1} | {"b":2})"},
              {"text", R"("text")"},
              {"", ""}};
  for (const auto& [yaml, json] : rows) {
    CAPTURE(yaml);
    CHECK(read_one(yaml) == json);
  }
}

TEST_CASE("yaml: what is refused says where") {
  const struct {
    std::string yaml, sentence;
  } rows[] = {{"a: [1", "line"},
              {"a: 1\nb: {\n", "line"},
              {"a: \"x", "line"},
              {"a: 1\n  b: 2", "line 2"},
              {"a: &x 1\nb: 2", "line 1, column 4: anchors and aliases"},
              {"a: 1\nb: *x", "line 2, column 4: "},
              {"? [a]\n: b", "a key must be a text"},
              {"a: \xff", "line 1"},
              {std::string(70, '[') + std::string(70, ']'), "more than 64 lists and maps"},
              {std::string(100'000, '['), "line 1"},
              {std::string(100'000, '{'), "line 1"}};
  for (const auto& [yaml, sentence] : rows) {
    CAPTURE(yaml.substr(0, 80));
    const auto read = yaml_to_json(yaml);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == ErrorCode::bad_input);
    CHECK_THAT(read.error().sentence, Catch::Contains(sentence));
  }
}

TEST_CASE("yaml: texts are written so that no version of YAML reads something else") {
  const struct {
    const char* text;
    const char* yaml;
  } rows[] = {{"mail", "mail\n"},
              {"db.example.org", "db.example.org\n"},
              {"proxy.otoroshi.io/TcpService", "proxy.otoroshi.io/TcpService\n"},
              {"", "\"\"\n"},
              {"true", "\"true\"\n"},
              {"No", "\"No\"\n"},
              {"null", "\"null\"\n"},
              {"22", "\"22\"\n"},
              {"1e3", "\"1e3\"\n"},
              {".5", "\".5\"\n"},
              {"-", "\"-\"\n"},
              {"*", "\"*\"\n"},
              {"a: b", "\"a: b\"\n"},
              {"a b", "a b\n"},
              {"a ", "\"a \"\n"},
              {"a #b", "\"a #b\"\n"},
              {"#", "\"#\"\n"},
              {"::1", "\"::1\"\n"},
              {"a\"b\\", "\"a\\\"b\\\\\"\n"},
              {"\x1b[0m", "\"\\x1b[0m\"\n"},
              {"two\nlines\n", "|\n  two\n  lines\n"},
              {"no end\nhere", "\"no end\\nhere\"\n"},
              {" led\nby space\n", "\" led\\nby space\\n\"\n"}};
  for (const auto& [text, yaml] : rows) {
    CAPTURE(text);
    JsonWriter json;
    json.text(text);
    CHECK(to_yaml(*parse_json(json.take())) == yaml);
  }
}

TEST_CASE("yaml: what is written reads back as the same JSON") {
  for (const std::string json :
       {R"({"a":1,"b":-2.5,"c":true,"d":null,"e":"","f":[],"g":{},"h":[[],[{}],[1,[2]]]})",
        R"({"chain":"-----BEGIN-----\nabc+/=\n-----END-----\n","x":{"y":[{"z":"l1\nl2\n"}]}})",
        R"({"":"empty key","yes":"no","1":"~","a b":"c: d #e","é":"\u0085\u2028\u0000\u007f"})",
        R"({"big":18446744073709551615,"small":-9223372036854775808,"text":" \t\n "})",
        R"(["a",["- b"],"? c","|",">","%d","@e","`f","!g","&h","*i","---","..."])", R"("only")", "[]",
        "{}"}) {
    CAPTURE(json);
    const auto value = *parse_json(json);
    const auto yaml = to_yaml(value);
    CAPTURE(yaml);
    CHECK(read_one(yaml) == to_json(value));
    for (const char byte : yaml) CHECK((static_cast<unsigned char>(byte) >= 0x20 || byte == '\n'));
  }
}
