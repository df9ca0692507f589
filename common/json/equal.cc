#include "common/json/equal.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/json/reader.h"

namespace otoroshi {
namespace {

bool equal_numbers(const JsonValue& left, const JsonValue& right) {
  if (left.IsInt64() && right.IsInt64()) return left.GetInt64() == right.GetInt64();
  if (left.IsUint64() && right.IsUint64()) return left.GetUint64() == right.GetUint64();
  return (left.IsDouble() || right.IsDouble()) && left.GetDouble() == right.GetDouble();
}

bool equal_lists(const JsonValue& left, const JsonValue& right) {
  return std::equal(left.Begin(), left.End(), right.Begin(), right.End(), equal_json);
}

std::vector<const JsonValue::Member*> members_by_name(const JsonValue& object) {
  std::vector<const JsonValue::Member*> members;
  members.reserve(object.MemberCount());
  for (const auto& member : object.GetObject()) members.push_back(&member);
  std::ranges::sort(members, {}, [](const auto* member) { return text_of(member->name); });
  return members;
}

bool equal_objects(const JsonValue& left, const JsonValue& right) {
  if (left.MemberCount() != right.MemberCount()) return false;
  return std::ranges::equal(
      members_by_name(left), members_by_name(right), [](const auto* one, const auto* other) {
        return text_of(one->name) == text_of(other->name) && equal_json(one->value, other->value);
      });
}

}  // namespace

bool equal_json(const JsonValue& left, const JsonValue& right) {
  if (left.GetType() != right.GetType()) return false;
  if (left.IsNumber()) return equal_numbers(left, right);
  if (left.IsString()) return text_of(left) == text_of(right);
  if (left.IsArray()) return equal_lists(left, right);
  return !left.IsObject() || equal_objects(left, right);  // null, true and false are types of their own
}

}  // namespace otoroshi
