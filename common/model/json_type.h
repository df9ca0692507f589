// The kinds of values that entities are made of. A JsonType<Value> says how one kind looks in JSON: how it is
// read and checked, how it is written, how people call it and what its JSON Schema is. The kinds combine:
//   list_of(text())    map_of(text())    optional(integer<std::int64_t>())
//   list_of(object_of(rule_description()))
// A new kind is one more function in namespace `kinds` that returns a JsonType (object_of() is in
// entity_description.h).
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/json/parse.h"
#include "common/json/reader.h"
#include "common/json/writer.h"
#include "common/model/enum_names.h"

namespace otoroshi {

template <class Value>
struct JsonType {
  // A value that is refused becomes a problem at `place`, and `out` keeps what it was.
  std::function<void(const JsonValue& in, Value& out, const JsonPlace& place)> read;
  std::function<void(const Value& value, JsonWriter& json)> write;
  std::string wanted;  // for sentences: "a whole number from 1 to 65535"
  std::string schema;  // JSON Schema 2020-12, a JSON object as text
  // Tells `place` of unknown fields inside a value that is good; null: there can be none.
  std::function<void(const JsonValue& in, const JsonPlace& place)> find_typos = nullptr;
};

namespace kinds {

JsonType<bool> boolean();
JsonType<std::string> text();
JsonType<std::string> text_or_null();  // "" is written as null
JsonType<std::string> filled_text();   // something else than white space must be in it
JsonType<std::string> line();          // without control characters: names and ids, which stand in sentences
JsonType<std::string> line_or_null();  // likewise
JsonType<std::string> filled_line();   // neither blank nor with control characters
JsonType<std::string> json_object();   // any object, kept as JSON text

namespace detail {
std::string integer_schema(IntegerRange range);
std::string enum_schema(const std::vector<std::string_view>& names);
std::string wanted_names(const std::vector<std::string_view>& names);
}  // namespace detail

// Numbers up to 2^63 - 1, also for unsigned 64-bit members.
template <std::integral Number>
JsonType<Number> integer(IntegerRange range) {
  return {.read =
              [range](const JsonValue& in, Number& out, const JsonPlace& place) {
                if (const auto number = read_integer(in, place, range)) out = static_cast<Number>(*number);
              },
          .write = [](const Number& number, JsonWriter& json) { json.number(number); },
          .wanted = wanted_text(range),
          .schema = detail::integer_schema(range)};
}

template <std::integral Number>
JsonType<Number> integer() {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  constexpr auto largest = std::numeric_limits<Number>::max();
  return integer<Number>({.least = static_cast<std::int64_t>(std::numeric_limits<Number>::min()),
                          .most = std::cmp_less(largest, most) ? static_cast<std::int64_t>(largest) : most});
}

// One of the names in any letter case; written as the table spells it. The table must outlive the type.
template <class Enum>
JsonType<Enum> one_of(EnumNames<Enum> names) {
  std::vector<std::string_view> spellings;
  for (const auto& entry : names) spellings.push_back(entry.name);
  const auto wanted = detail::wanted_names(spellings);
  return {.read =
              [names, wanted](const JsonValue& in, Enum& out, const JsonPlace& place) {
                const auto value = in.IsString() ? value_in(names, text_of(in)) : std::nullopt;
                if (value)
                  out = *value;
                else
                  place.refuse(shown(in), wanted);
              },
          .write = [names](const Enum& value, JsonWriter& json) { json.text(name_in(names, value)); },
          .wanted = wanted,
          .schema = detail::enum_schema(spellings)};
}

template <class Value>
JsonType<std::vector<Value>> list_of(JsonType<Value> type) {
  const auto schema = R"({"type":"array","items":)" + type.schema + '}';
  return {.read =
              [read = type.read](const JsonValue& in, std::vector<Value>& out, const JsonPlace& place) {
                if (!is_list(in, place)) return;
                out.assign(in.Size(), Value{});
                for (rapidjson::SizeType i = 0; i < in.Size(); ++i) read(in[i], out[i], place / i);
              },
          .write =
              [write = type.write](const std::vector<Value>& values, JsonWriter& json) {
                json.begin_list();
                for (const auto& value : values) write(value, json);
                json.end_list();
              },
          .wanted = "a list",
          .schema = schema,
          .find_typos =
              [find_typos = type.find_typos](const JsonValue& in, const JsonPlace& place) {
                for (rapidjson::SizeType i = 0; find_typos && i < in.Size(); ++i)
                  find_typos(in[i], place / i);
              }};
}

template <class Value>
JsonType<std::map<std::string, Value>> map_of(JsonType<Value> type) {
  using Map = std::map<std::string, Value>;
  const auto schema = R"({"type":"object","additionalProperties":)" + type.schema + '}';
  return {.read =
              [read = type.read](const JsonValue& in, Map& out, const JsonPlace& place) {
                if (!is_object(in, place)) return;
                out.clear();
                for (const auto& member : in.GetObject()) {
                  const auto name = text_of(member.name);
                  read(member.value, out[std::string(name)], place / name);
                }
              },
          .write =
              [write = type.write](const Map& values, JsonWriter& json) {
                json.begin_object();
                for (const auto& [name, value] : values) write(value, json.key(name));
                json.end_object();
              },
          .wanted = "an object",
          .schema = schema};
}

// A value that may be absent, which is written as null.
template <class Value>
JsonType<std::optional<Value>> optional(JsonType<Value> type) {
  const auto schema = R"({"anyOf":[)" + type.schema + R"(,{"type":"null"}]})";
  return {.read =
              [read = type.read](const JsonValue& in, std::optional<Value>& out, const JsonPlace& place) {
                if (in.IsNull())
                  out.reset();
                else
                  read(in, out.emplace(), place);
              },
          .write =
              [write = type.write](const std::optional<Value>& value, JsonWriter& json) {
                if (value)
                  write(*value, json);
                else
                  json.null();
              },
          .wanted = type.wanted,
          .schema = schema};
}

}  // namespace kinds
}  // namespace otoroshi
