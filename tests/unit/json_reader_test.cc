#include <catch2/catch.hpp>

#include <ctime>

#include "common/json/reader.h"
#include "common/json/writer.h"

using namespace otoroshi;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

// The sentence of the only problem of a text that is no JSON; "" if it is.
std::string complaint(std::string_view text, JsonSyntax syntax = JsonSyntax::strict) {
  const auto document = parse_json(text, syntax);
  return document ? "" : to_text(document.error());
}

std::string repeat(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

std::string object_with_many_fields(std::string_view last) {
  std::string text = "{";
  for (int i = 0; i < 300'000; ++i) text += "\"field" + std::to_string(i) + "\":0,";
  return text.append("\"").append(last).append("\":0}");
}

}  // namespace

TEST_CASE("text that is no JSON is refused with line, column and reason") {
  const struct {
    std::string_view text, complaint;
  } rows[] = {
      {"", "line 1, column 1: there is no JSON value"},
      {"  \n ", "line 2, column 2: there is no JSON value"},
      {"{\"a\": 1\n \"b\": 2}", "line 2, column 2: missing a comma or '}' after an object member"},
      {"{\"é\" 1}", "line 1, column 6: missing a colon after a name of object member"},
      {"{'a': 1}", "line 1, column 2: missing a name for object member"},
      {"[1] [2]", "line 1, column 5: something follows the end of the JSON value"},
      {"[1,]", "line 1, column 4: invalid value"},
      {"[1] // no", "line 1, column 5: something follows the end of the JSON value"},
      {"\"abc", "line 1, column 5: missing a closing quotation mark in string"},
      {"\"a\nb\"",
       "line 1, column 3: a line break or another control character in a text (write \\n, \\t, \\u001b)"},
      {"\"\\q\"", "line 1, column 2: invalid escape character in string"},
      {"\"\xff\"", "line 1, column 2: bytes that are not UTF-8 in a text"},
      {"\"\xed\xa0\x80\"", "line 1, column 2: bytes that are not UTF-8 in a text"},
      {"\"\\ud800\"", "line 1, column 2: the surrogate pair in string is invalid"},
      {"[\"\\udc00\"]", "line 1, column 10: a text with half of a surrogate pair"},
      {"{\"\\udc00\": 1}", "line 1, column 10: a text with half of a surrogate pair"},
      {"1e999", "line 1, column 1: number too big to be stored in double"},
      {"[0, 1.8e308]", "line 1, column 5: number too big to be stored in double"},
      {"-1.8e308", "line 1, column 1: number too big to be stored in double"},
      {"NaN", "line 1, column 1: invalid value"},
      {"[1]\0[2]"sv, "line 1, column 4: a NUL byte (in a text, write \\u0000)"},
      {"[1]\0"sv, "line 1, column 4: a NUL byte (in a text, write \\u0000)"},
      {"\0"sv, "line 1, column 1: a NUL byte (in a text, write \\u0000)"},
      {"[\0]"sv, "line 1, column 2: a NUL byte (in a text, write \\u0000)"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(complaint(row.text) == row.complaint);
  }
  CHECK(complaint("{\"a\":\"x\0y\"}"sv) != "");
}

TEST_CASE("good JSON of every kind is taken") {
  for (const auto text : {"{}"sv, "[]"sv, "1"sv, "-0.5e-3"sv, "\"\\u0000\""sv, "\"\\ud83d\\ude00\""sv,
                          " null\r\n"sv, "\xef\xbb\xbf{}"sv, "18446744073709551615"sv}) {
    CAPTURE(text);
    CHECK(complaint(text) == "");
  }
  CHECK(text_of(*parse_json("\"a\\u0000b\"")) == "a\0b"sv);
}

TEST_CASE("comments and trailing commas are for files written by hand only") {
  const auto text = "{ // who\n \"a\": [1, 2, /* three */],\n}"sv;
  CHECK(complaint(text) != "");
  REQUIRE(complaint(text, JsonSyntax::relaxed) == "");
  CHECK(to_json(*parse_json(text, JsonSyntax::relaxed)) == R"({"a":[1,2]})");
}

TEST_CASE("a field that stands twice in an object is refused, wherever it is") {
  const auto document = parse_json(R"({"a":1,"b":[{"c":1},{"c":1,"d/e":2,"c":3,"d/e":4,"c":5}],"a":2})");
  REQUIRE_FALSE(document);
  const auto twice = "the object has this field more than once"s;
  CHECK(document.error() == Problems{{"/b/1/c", twice}, {"/b/1/d~1e", twice}, {"/a", twice}});
  CHECK(complaint(R"({"a":1,"A":2,"b":{"a":1}})") == "");
}

TEST_CASE("nesting is bounded") {
  const auto nested = [](std::size_t depth) { return repeat("[", depth) + repeat("]", depth); };
  CHECK(complaint(nested(64)) == "");
  CHECK(complaint(nested(65)) == "line 1, column 65: more than 64 arrays and objects within each other");
  CHECK(complaint(nested(1000)) != "");
  CHECK(complaint(repeat("{\"a\":", 1000)) != "");
  CHECK(complaint(std::string(10 << 20, '[')) != "");
  const auto wide = repeat("[[]],", 10'000);
  CHECK(complaint(std::string("[").append(wide).append("[]]")) == "");
}

TEST_CASE("a big document takes time in proportion to its size") {
  const auto started = std::clock();  // of this process: others have the cores, too
  CHECK(complaint(object_with_many_fields("last")) == "");
  CHECK(complaint(object_with_many_fields("field7")) == "/field7: the object has this field more than once");
  CHECK(std::clock() - started < 20 * CLOCKS_PER_SEC);  // quadratic: minutes
}

TEST_CASE("values of the right type are taken, and every other is a problem") {
  const auto document = parse_json(R"({"name": "x", "port": 22, "on": true, "tags": [], "inner": {},
    "bad_name": 5, "bad_port": "22", "bad_whole": 1.5, "large_port": 70000,
    "bad_on": "yes", "bad/list": ["a", 1]})");
  REQUIRE(document);
  Problems problems;
  const JsonPlace root(problems);
  const auto value = [&](const char* name) -> const JsonValue& { return (*document)[name]; };
  CHECK(read_text(value("name"), root / "name") == "x");
  CHECK(read_integer(value("port"), root / "port", {1, 65535}) == 22);
  CHECK(read_boolean(value("on"), root / "on") == true);
  CHECK(is_list(value("tags"), root / "tags"));
  CHECK(is_object(value("inner"), root / "inner"));
  CHECK(problems.empty());

  CHECK_FALSE(read_text(value("bad_name"), root / "bad_name"));
  CHECK_FALSE(read_integer(value("bad_port"), root / "bad_port"));
  CHECK_FALSE(read_integer(value("bad_whole"), root / "bad_whole"));
  CHECK_FALSE(read_integer(value("large_port"), root / "large_port", {1, 65535}));
  CHECK_FALSE(read_boolean(value("bad_on"), root / "bad_on"));
  const auto list = root / "bad/list";
  CHECK_FALSE(read_text(value("bad/list")[1], list / 1));
  CHECK_FALSE(is_object(value("bad/list"), list));
  CHECK_FALSE(is_list(value("name"), root / "name"));
  CHECK(problems ==
        Problems{{"/bad_name", "a number is not allowed: a text is wanted"},
                 {"/bad_port", "\"22\" is not allowed: a whole number is wanted"},
                 {"/bad_whole", "1.5 is not allowed: a whole number is wanted"},
                 {"/large_port", "70000 is not allowed: a whole number from 1 to 65535 is wanted"},
                 {"/bad_on", "\"yes\" is not allowed: true or false is wanted"},
                 {"/bad~1list/1", "a number is not allowed: a text is wanted"},
                 {"/bad~1list", "a list is not allowed: an object is wanted"},
                 {"/name", "a text is not allowed: a list is wanted"}});
}

TEST_CASE("JsonWriter writes every kind of value, and only valid UTF-8") {
  JsonWriter json;
  json.begin_object().key("a\"b").text("x\ny").key("n").null().key("t").boolean(true);
  json.key("i").number(-1).key("u").number(std::uint64_t{18446744073709551615u});
  json.key("l").begin_list().number(std::uint16_t{1}).text({}).end_list();
  json.key("bad").text("a\xff\xc3z").members_of(*parse_json(R"({"z":0.1,"y":{}})")).end_object();
  CHECK(json.take() ==
        R"({"a\"b":"x\ny","n":null,"t":true,"i":-1,"u":18446744073709551615,"l":[1,""],"bad":"a)"
        "\xef\xbf\xbd\xef\xbf\xbd"
        R"(z","z":0.1,"y":{}})");
  CHECK(json.begin_list().end_list().take() == "[]");
}

TEST_CASE("numbers that we only keep are written back as they were") {
  for (const auto text : {"0"sv, "-9223372036854775808"sv, "18446744073709551615"sv, "0.1"sv,
                          "1.7976931348623157e308"sv, "5e-324"sv, "123456.789"sv}) {
    CHECK(to_json(*parse_json(text)) == text);
  }
  const struct {
    std::string_view text, written;
  } rows[] = {
      {"-0", "0"},
      {"-0.0", "-0.0"},
      {"1e-324", "0.0"},  // RapidJSON: NaN
      {"0.1e-323", "0.0"},
      {"-1e-325", "-0.0"},
      {"1e-400", "0.0"},
      {"3e-324", "5e-324"},
      {"18446744073709551616", "18446744073709553000.0"},
      {"-9223372036854775809", "-9223372036854776000.0"},
  };
  for (const auto& row : rows) CHECK(to_json(*parse_json(row.text)) == row.written);
}
