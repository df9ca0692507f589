// JSON Merge Patch (RFC 7396) of json/patch.h.
#include <map>
#include <string_view>

#include "common/json/patch.h"
#include "common/json/reader.h"

namespace otoroshi {
namespace {

using Allocator = JsonDocument::AllocatorType;

JsonValue copied(const JsonValue& value, Allocator& allocator) {
  return {value, allocator};
}

// Section 2's algorithm, but by name through a map: looking each field up in an object would take n² steps.
// `target` may be null, for what is not there.
JsonValue merged(const JsonValue& target, const JsonValue& patch, Allocator& allocator) {
  if (!patch.IsObject()) return copied(patch, allocator);
  std::map<std::string_view, const JsonValue*> changes;
  for (const auto& member : patch.GetObject()) changes.emplace(text_of(member.name), &member.value);

  JsonValue result(rapidjson::kObjectType);
  const auto add = [&](const JsonValue& name, JsonValue value) {
    result.AddMember(copied(name, allocator), value, allocator);
  };
  if (target.IsObject()) {
    for (const auto& member : target.GetObject()) {
      const auto change = changes.extract(text_of(member.name));
      if (!change)
        add(member.name, copied(member.value, allocator));
      else if (!change.mapped()->IsNull())
        add(member.name, merged(member.value, *change.mapped(), allocator));
    }
  }
  for (const auto& member : patch.GetObject()) {  // in the patch's order
    if (!member.value.IsNull() && changes.contains(text_of(member.name)))
      add(member.name, merged(JsonValue(), member.value, allocator));
  }
  return result;
}

}  // namespace

JsonDocument merge_patched(const JsonValue& target, const JsonValue& patch) {
  JsonDocument document;
  static_cast<JsonValue&>(document) = merged(target, patch, document.GetAllocator());
  return document;
}

}  // namespace otoroshi
