#include "common/json/reader.h"

#include <algorithm>

#include "common/json/writer.h"
#include "common/text/nearest.h"
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

const JsonValue* find_member(const JsonValue& object, std::string_view name) {
  const auto found = object.FindMember(JsonValue(rapidjson::StringRef(name.data(), name.size())));
  return found == object.MemberEnd() ? nullptr : &found->value;
}

JsonReader::JsonReader(const JsonValue& value, const JsonPlace& place)
    : object_(is_object(value, place) ? &value : nullptr), place_(place) {}

const JsonValue* JsonReader::field(std::string_view name) {
  asked_.push_back(name);
  const auto* found = object_ ? find_member(*object_, name) : nullptr;
  return found && !found->IsNull() ? found : nullptr;
}

std::optional<bool> JsonReader::boolean(std::string_view name) {
  const auto* found = field(name);
  return found ? read_boolean(*found, place_ / name) : std::nullopt;
}

std::optional<std::int64_t> JsonReader::integer(std::string_view name, IntegerRange range) {
  const auto* found = field(name);
  return found ? read_integer(*found, place_ / name, range) : std::nullopt;
}

std::optional<std::string> JsonReader::text(std::string_view name) {
  const auto* found = field(name);
  if (!found) return std::nullopt;
  const auto text = read_text(*found, place_ / name);
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::optional<std::vector<std::string>> JsonReader::texts(std::string_view name) {
  const auto* found = field(name);
  const auto place = place_ / name;
  if (!found || !is_list(*found, place)) return std::nullopt;
  std::vector<std::string> texts;
  for (rapidjson::SizeType i = 0; i < found->Size(); ++i) {
    if (const auto text = read_text((*found)[i], place / i)) texts.emplace_back(*text);
  }
  return texts;
}

JsonReader JsonReader::object(std::string_view name) {
  const auto* found = field(name);
  if (!found) return JsonReader(nullptr, place_ / name);
  return JsonReader(*found, place_ / name);
}

void JsonReader::refuse_unknown() const {
  if (!object_) return;
  for (const auto& member : object_->GetObject()) {
    const auto name = text_of(member.name);
    if (std::ranges::find(asked_, name) != asked_.end()) continue;
    const auto guess = nearest(name, asked_);
    problem(name, guess ? "there is no such field; did you mean " + quoted(*guess) + "?"
                        : "there is no such field");
  }
}

}  // namespace otoroshi
