// Any text as YAML: what is taken is JSON. Any JSON: written as YAML, it is read as the same document again.
#include "otoroshictl/resources/yaml.h"

#include "common/json/equal.h"
#include "common/json/writer.h"
#include "tests/fuzz/property.h"

using namespace otoroshi;
using namespace otoroshi::ctl;
using test::must_hold;

namespace {

void must_survive(const JsonValue& value) {
  const auto documents = yaml_to_json(to_yaml(value));
  must_hold(documents && documents->size() == 1);
  const auto again = parse_json(documents->front());
  must_hold(again && equal_json(*again, value));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = test::input_text(data, size);
  if (const auto documents = yaml_to_json(input)) {
    for (const auto& document : *documents) {
      const auto json = parse_json(document);
      if (json) must_survive(*json);  // a number may be too big, a field may come twice
    }
  }
  if (const auto json = parse_json(input)) must_survive(*json);
  return 0;
}
