#include "common/model/json_type.h"

#include <algorithm>

#include "common/text/ascii.h"
#include "common/text/quoted.h"

namespace otoroshi::kinds {
namespace {

void read_text_into(const JsonValue& in, std::string& out, const JsonPlace& place) {
  if (const auto text = read_text(in, place)) out = *text;
}

std::string blank_text(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == text.npos ? "a blank text" : "";
}

bool is_line(std::string_view text) {
  return std::ranges::none_of(text, is_control);
}

// `what_is_wrong` calls a text that is refused by what it is, and says "" of the others.
JsonType<std::string> checked_text(std::string wanted, std::string schema,
                                   std::string (*what_is_wrong)(std::string_view)) {
  return {.read =
              [wanted, what_is_wrong](const JsonValue& in, std::string& out, const JsonPlace& place) {
                const auto text = read_text(in, place);
                if (!text) return;
                if (const auto wrong = what_is_wrong(*text); !wrong.empty())
                  place.refuse(wrong, wanted);
                else
                  out = *text;
              },
          .write = [](const std::string& text, JsonWriter& json) { json.text(text); },
          .wanted = wanted,
          .schema = schema};
}

}  // namespace

JsonType<bool> boolean() {
  return {.read =
              [](const JsonValue& in, bool& out, const JsonPlace& place) {
                if (const auto value = read_boolean(in, place)) out = *value;
              },
          .write = [](const bool& value, JsonWriter& json) { json.boolean(value); },
          .wanted = "true or false",
          .schema = R"({"type":"boolean"})"};
}

JsonType<std::string> text() {
  return {.read = read_text_into,
          .write = [](const std::string& text, JsonWriter& json) { json.text(text); },
          .wanted = "a text",
          .schema = R"({"type":"string"})"};
}

JsonType<std::string> text_or_null() {
  return {.read = read_text_into,
          .write =
              [](const std::string& text, JsonWriter& json) {
                if (text.empty())
                  json.null();
                else
                  json.text(text);
              },
          .wanted = "a text or null",
          .schema = R"({"type":["string","null"]})"};
}

JsonType<std::string> filled_text() {
  return checked_text("a text that is not blank", R"({"type":"string","pattern":"\\S"})",
                      [](std::string_view text) { return blank_text(text); });
}

JsonType<std::string> line() {
  return checked_text("a text without control characters",
                      R"({"type":"string","pattern":"^[^\\u0000-\\u001F\\u007F]*$"})",
                      [](std::string_view text) { return is_line(text) ? "" : quoted(text); });
}

JsonType<std::string> filled_line() {
  // It may be a secret, which no sentence quotes.
  return checked_text("a text that is not blank and has no control characters",
                      R"({"type":"string","pattern":"^[^\\u0000-\\u001F\\u007F]*[^\\u0000-\\u0020\\u007F])"
                      R"([^\\u0000-\\u001F\\u007F]*$"})",
                      [](std::string_view text) {
                        return is_line(text) ? blank_text(text) : "a text with control characters";
                      });
}

JsonType<std::string> json_object() {
  return {.read =
              [](const JsonValue& in, std::string& out, const JsonPlace& place) {
                if (is_object(in, place)) out = to_json(in);
              },
          .write =
              [](const std::string& text, JsonWriter& json) {
                // Text that read() has made parses; what a program made up may not.
                const auto document = parse_json(text);
                if (document && document->IsObject())
                  json.value(*document);
                else
                  json.begin_object().end_object();
              },
          .wanted = "an object",
          .schema = R"({"type":"object"})"};
}

namespace detail {

std::string integer_schema(IntegerRange range) {
  constexpr IntegerRange any;
  JsonWriter json;
  json.begin_object().key("type").text("integer");
  if (range.least != any.least) json.key("minimum").number(range.least);
  if (range.most != any.most) json.key("maximum").number(range.most);
  return json.end_object().take();
}

std::string enum_schema(const std::vector<std::string_view>& names) {
  JsonWriter json;
  json.begin_object().key("enum").begin_list();
  for (const auto name : names) json.text(name);
  return json.end_list().end_object().take();
}

std::string wanted_names(const std::vector<std::string_view>& names) {
  std::string wanted = "one of ";
  for (const auto name : names) wanted += (name == names.front() ? "" : ", ") + quoted(name);
  return wanted;
}

}  // namespace detail
}  // namespace otoroshi::kinds
