// Any document as each kind of entity: what can be read comes back equal from what is written, unknown fields
// included; writing it once more changes no byte; and what the checks accept, they accept again.
#include <string>

#include "common/json/equal.h"
#include "gateway/store/entity_kinds.h"
#include "tests/fuzz/property.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using test::must_hold;

namespace {

// Fields are kept, or else they are known: an unknown field of the document stands in the written one.
void must_keep_unknown_fields(const std::string& unknown_fields, const std::string& written) {
  if (unknown_fields.empty()) return;
  const auto fields = parse_json(unknown_fields).value();
  const auto document = parse_json(written).value();
  for (const auto& field : fields.GetObject()) {
    const auto kept = document.FindMember(field.name);
    must_hold(kept != document.MemberEnd() && equal_json(kept->value, field.value));
  }
}

template <class Entity>
void check_kind(const EntityKind<Entity>& kind, const JsonValue& document) {
  const auto& table = kind.description();
  auto entity = read_entity(table, document);
  if (!entity) return must_hold(!entity.error().empty());

  const auto written = entity_to_json(table, *entity);
  must_keep_unknown_fields(entity->unknown_fields, written);
  const auto again = parse_entity(table, written);
  must_hold(again && *again == *entity);
  must_hold(entity_to_json(table, *again) == written);

  kind.complete(*entity);
  const auto problems = kind.check(*entity);
  const auto completed = parse_entity(table, entity_to_json(table, *entity));
  must_hold(completed && *completed == *entity);
  must_hold(kind.check(*completed) == problems);
  must_hold(problems.empty() || !problems.front().sentence.empty());
  static_cast<void>(kind.warnings(*entity));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = parse_json(test::input_text(data, size));
  if (document) for_each_kind([&](const auto& kind) { check_kind(kind, *document); });
  return 0;
}
