#include "common/model/json_type.h"

#include <algorithm>

#include "common/text/ascii.h"
#include "common/text/quoted.h"

namespace otoroshi::kinds {
namespace {

void read_text_into(const JsonValue& in, std::string& out, const JsonPlace& place) {
  if (const auto text = read_text(in, place)) out = *text;
}

// Tells `place` of a text that is refused, and answers whether it is good.
using TextCheck = bool (*)(std::string_view text, const JsonPlace& place);

constexpr std::string_view filled = "a text that is not blank";

bool is_filled(std::string_view text, const JsonPlace& place) {
  const bool is_good = text.find_first_not_of(" \t\r\n") != text.npos;
  if (!is_good) place.refuse("a blank text", filled);
  return is_good;
}

bool is_line(std::string_view text, const JsonPlace& place) {
  const bool is_good = std::ranges::none_of(text, is_control);
  if (!is_good) place.refuse("a text with control characters", "one without them");  // it may be a secret
  return is_good;
}

constexpr std::string_view line_pattern = R"("^[^\\u0000-\\u001F\\u007F]*$")";

JsonType<std::string> checked_text(std::string_view wanted, std::string_view schema, TextCheck is_good) {
  return {.read =
              [is_good](const JsonValue& in, std::string& out, const JsonPlace& place) {
                if (const auto text = read_text(in, place); text && is_good(*text, place)) out = *text;
              },
          .write = [](const std::string& text, JsonWriter& json) { json.text(text); },
          .wanted = std::string(wanted),
          .schema = std::string(schema)};
}

JsonType<std::string> or_null(JsonType<std::string> type, std::string schema) {
  type.write = [](const std::string& text, JsonWriter& json) {
    if (text.empty())
      json.null();
    else
      json.text(text);
  };
  type.wanted += " or null";
  type.schema = std::move(schema);
  return type;
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
  return or_null(text(), R"({"type":["string","null"]})");
}

JsonType<std::string> line_or_null() {
  return or_null(line(), R"({"type":["string","null"],"pattern":)" + std::string(line_pattern) + '}');
}

JsonType<std::string> filled_text() {
  return checked_text(filled, R"({"type":"string","pattern":"\\S"})", is_filled);
}

JsonType<std::string> line() {
  return checked_text("a text", R"({"type":"string","pattern":)" + std::string(line_pattern) + '}', is_line);
}

JsonType<std::string> filled_line() {
  return checked_text(filled,
                      R"({"type":"string","pattern":"^[^\\u0000-\\u001F\\u007F]*[^\\u0000-\\u0020\\u007F])"
                      R"([^\\u0000-\\u001F\\u007F]*$"})",
                      [](std::string_view text, const JsonPlace& place) {
                        return is_filled(text, place) && is_line(text, place);
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
