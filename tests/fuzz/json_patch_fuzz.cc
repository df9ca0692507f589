// Any document and any patch (the input, split at its first NUL byte): a merge patch does what RFC 7396 says,
// worked out here once more; a JSON Patch (RFC 6902) is done whole or not at all, does what its operations do
// one by one, and its `test` tells what is there; and what comes out can be read again as what it is.
#include "common/json/patch.h"

#include <string>

#include "common/json/equal.h"
#include "common/json/reader.h"
#include "common/json/writer.h"
#include "tests/fuzz/property.h"

using namespace otoroshi;
using test::must_hold;

namespace {

// Larger than any input can make of itself in 100 operations, but for one that doubles it again and again.
constexpr PatchLimits limits{.operations = 100, .bytes = 64 << 10};

bool can_be_read_again(const JsonValue& value) {
  const auto again = parse_json(to_json(value));
  return again && equal_json(value, *again);
}

// The pseudo code of RFC 7396, section 2.
void merge(JsonValue& target, const JsonValue& patch, JsonDocument::AllocatorType& memory) {
  if (!patch.IsObject()) {
    target.CopyFrom(patch, memory);
    return;
  }
  if (!target.IsObject()) target.SetObject();
  for (const auto& field : patch.GetObject()) {
    if (field.value.IsNull()) {
      target.EraseMember(field.name);
      continue;
    }
    if (!target.HasMember(field.name)) target.AddMember(JsonValue(field.name, memory), JsonValue(), memory);
    merge(target[field.name], field.value, memory);
  }
}

void check_merge(const JsonValue& target, const JsonValue& patch) {
  const auto merged = merge_patched(target, patch);
  JsonDocument expected;
  expected.CopyFrom(target, expected.GetAllocator());
  merge(expected, patch, expected.GetAllocator());
  must_hold(equal_json(merged, expected));
  must_hold(can_be_read_again(merged));
}

// A list of one operation: {"op": "test", "path": "", "value": ...}.
JsonDocument test_of_all(const JsonValue& value) {
  JsonWriter json;
  json.begin_list().begin_object().key("op").text("test").key("path").text("");
  json.key("value").value(value).end_object().end_list();
  return parse_json(json.take()).value();
}

// The operations one by one, each as a patch of its own.
std::expected<JsonDocument, Problems> apply_one_by_one(const JsonValue& target, const JsonValue& operations) {
  JsonDocument document;
  document.CopyFrom(target, document.GetAllocator());
  for (const auto& operation : operations.GetArray()) {
    JsonDocument one(rapidjson::kArrayType);
    one.PushBack(JsonValue(operation, one.GetAllocator()), one.GetAllocator());
    auto next = apply_json_patch(document, one, limits);
    if (!next) return next;
    document = std::move(*next);
  }
  return document;
}

void check_json_patch(const JsonValue& target, const JsonValue& patch) {
  const auto patched = apply_json_patch(target, patch, limits);
  if (!patched) return must_hold(!patched.error().empty());
  must_hold(can_be_read_again(*patched));
  const auto one_by_one = apply_one_by_one(target, patch);
  must_hold(one_by_one && equal_json(*patched, *one_by_one));

  const auto tested = apply_json_patch(*patched, test_of_all(*patched), limits);
  must_hold(tested && equal_json(*tested, *patched));
  must_hold(apply_json_patch(*patched, test_of_all(target), limits).has_value() ==
            equal_json(*patched, target));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = test::input_text(data, size);
  const auto target = parse_json(test::take_until(input, '\0'));
  const auto patch = parse_json(input);
  if (!target || !patch) return 0;
  const auto before = to_json(*target);
  check_merge(*target, *patch);
  check_json_patch(*target, *patch);
  if (const auto patched = apply_dotted_patch(*target, *patch, limits))
    must_hold(can_be_read_again(*patched));
  must_hold(to_json(*target) == before);
  return 0;
}
