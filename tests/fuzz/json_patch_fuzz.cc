// Any document and any patch (the input, split at its first NUL byte): what comes out of a patch can be read
// again as what it is, and a merge patch changes nothing when it is applied for the second time.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/json/equal.h"
#include "common/json/patch.h"
#include "common/json/writer.h"

using namespace otoroshi;

namespace {

void check_can_be_read_again(const JsonValue& value) {
  const auto again = parse_json(to_json(value));
  if (!again || !equal_json(value, *again)) std::abort();
}

void check_patches(const JsonValue& target, const JsonValue& patch) {
  const PatchLimits limits{.operations = 100, .bytes = 64 << 10};
  if (const auto patched = apply_json_patch(target, patch, limits)) check_can_be_read_again(*patched);
  if (const auto patched = apply_dotted_patch(target, patch, limits)) check_can_be_read_again(*patched);
  const auto merged = merge_patched(target, patch);
  check_can_be_read_again(merged);
  if (!equal_json(merged, merge_patched(merged, patch))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto split = input.find('\0');
  if (split == std::string_view::npos) return 0;
  const auto target = parse_json(input.substr(0, split));
  const auto patch = parse_json(input.substr(split + 1));
  if (target && patch) check_patches(*target, *patch);
  return 0;
}
