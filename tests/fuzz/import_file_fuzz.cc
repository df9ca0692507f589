// Any text as a file of entities: either it has problems, each with a sentence, or it is a set of entities,
// no two of a kind with the same id; and that, written as an export, is imported as the same set without a
// problem.
#include <memory>
#include <set>
#include <string>

#include "gateway/config/import_file.h"
#include "gateway/store/entity_kinds.h"
#include "tests/fuzz/property.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using test::must_hold;

namespace {

std::string exported(const Entities& entities) {
  JsonWriter json;
  json.begin_object();
  for_each_kind([&]<class Entity>(const EntityKind<Entity>& kind) {
    json.key(kind.section).begin_list();
    for (const auto& entity : list_of<Entity>(entities)) kind.description().write(*entity, json);
    json.end_list();
  });
  for (const auto& [name, section] : entities.other_sections)
    json.key(name).value(parse_json(section).value());
  return json.end_object().take();
}

template <class Entity>
void must_have_own_ids(const EntityKind<Entity>& kind, const EntityList<Entity>& list) {
  std::set<std::string> ids;
  for (const auto& entity : list) must_hold(ids.insert((*entity).*kind.id).second);
}

template <class Entity>
void must_be_equal(const EntityList<Entity>& one, const EntityList<Entity>& other) {
  const auto equal = [](const auto& a, const auto& b) { return *a == *b; };
  must_hold(std::ranges::equal(one, other, equal));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ImportFile file{"entities.json", std::string(test::input_text(data, size))};
  const auto imported = read_import_files({&file, 1});
  if (!imported) {
    must_hold(!imported.error().empty());
    for (const auto& problem : imported.error())
      must_hold(!problem.path.empty() && !problem.sentence.empty());
    return 0;
  }
  const auto again = read_import_document(exported(imported->entities), {});
  must_hold(again.has_value());
  for_each_kind([&]<class Entity>(const EntityKind<Entity>& kind) {
    const auto& list = list_of<Entity>(imported->entities);
    must_have_own_ids(kind, list);
    must_be_equal<Entity>(list, list_of<Entity>(again->entities));
  });
  must_hold(again->entities.other_sections == imported->entities.other_sections);
  return 0;
}
