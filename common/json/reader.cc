#include "common/json/reader.h"

#include "common/json/writer.h"
#include "common/text/quoted.h"

namespace otoroshi {
namespace {

std::string_view kind_of(const JsonValue& value) {
  switch (value.GetType()) {
    case rapidjson::kNullType:
      return "null";
    case rapidjson::kFalseType:
      return "false";
    case rapidjson::kTrueType:
      return "true";
    case rapidjson::kObjectType:
      return "an object";
    case rapidjson::kArrayType:
      return "a list";
    case rapidjson::kStringType:
      return "a text";
    case rapidjson::kNumberType:
      return "a number";
  }
  return "?";
}

void append_escaped(std::string& pointer, std::string_view member) {
  for (const char c : member) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
}

}  // namespace

std::string JsonPlace::pointer() const {
  if (!parent_) return {};
  auto pointer = parent_->pointer() + '/';
  if (index_ != no_index) return pointer + std::to_string(index_);
  append_escaped(pointer, member_);
  return pointer;
}

void JsonPlace::refuse(std::string_view value, std::string_view wanted) const {
  problem(std::string(value) + " is not allowed: " + std::string(wanted) + " is wanted");
}

std::string wanted_text(IntegerRange range) {
  constexpr IntegerRange any;
  std::string text = "a whole number";
  if (range.most == any.most)
    return range.least == any.least ? text : text + " from " + std::to_string(range.least);
  return text + " from " + std::to_string(range.least) + " to " + std::to_string(range.most);
}

std::string shown(const JsonValue& value) {
  if (value.IsString()) return quoted(text_of(value));
  if (value.IsNumber()) return to_json(value);
  return std::string(kind_of(value));
}

std::optional<bool> read_boolean(const JsonValue& value, const JsonPlace& place) {
  if (value.IsBool()) return value.GetBool();
  place.refuse(shown(value), "true or false");
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(const JsonValue& value, const JsonPlace& place, IntegerRange range) {
  if (value.IsInt64() && range.least <= value.GetInt64() && value.GetInt64() <= range.most)
    return value.GetInt64();
  place.refuse(shown(value), wanted_text(range));
  return std::nullopt;
}

std::optional<std::string_view> read_text(const JsonValue& value, const JsonPlace& place) {
  if (value.IsString()) return text_of(value);
  place.refuse(kind_of(value), "a text");
  return std::nullopt;
}

bool is_object(const JsonValue& value, const JsonPlace& place) {
  if (!value.IsObject()) place.refuse(kind_of(value), "an object");
  return value.IsObject();
}

bool is_list(const JsonValue& value, const JsonPlace& place) {
  if (!value.IsArray()) place.refuse(kind_of(value), "a list");
  return value.IsArray();
}

}  // namespace otoroshi
