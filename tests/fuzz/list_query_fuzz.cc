// Any question for a list of entities (lines NAME=VALUE up to an empty line) and any list (JSON): the chosen
// ones are of the list, each once and in its order unless another is asked for; pages lie within them; and
// what is shown of one is a part of it.
#include "gateway/admin/list_query.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "common/json/equal.h"
#include "tests/fuzz/property.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using test::must_hold;

namespace {

TextPairs take_parameters(std::string_view& input) {
  TextPairs parameters;
  while (!input.empty() && input.front() != '\n') {
    auto value = test::take_until(input, '\n');
    const auto name = test::take_until(value, '=');
    parameters.emplace_back(name, value);
  }
  test::take_until(input, '\n');
  return parameters;
}

std::vector<JsonDocument> entities_in(std::string_view json) {
  std::vector<JsonDocument> entities;
  const auto list = parse_json(json);
  if (!list || !list->IsArray()) return entities;
  for (const auto& element : list->GetArray())
    if (element.IsObject()) entities.emplace_back().CopyFrom(element, entities.back().GetAllocator());
  return entities;
}

void check_choice(const ListQuery& query, const std::vector<JsonDocument>& entities) {
  const auto chosen = choose(query, entities);
  std::set<const JsonValue*> given;
  for (const auto& entity : entities) given.insert(&entity);
  std::size_t kept = 0;
  for (const auto* one : chosen) kept += given.erase(one);
  must_hold(kept == chosen.size());
  if (query.orders.empty()) must_hold(std::ranges::is_sorted(chosen));  // they lie in one vector
  if (query.equal.empty() && query.containing.empty()) must_hold(chosen.size() == entities.size());

  auto by_nothing = query;
  by_nothing.orders = {{"a field that none has", true}};
  must_hold(std::ranges::is_sorted(choose(by_nothing, entities)));

  const auto length = query.length(chosen.size());
  must_hold(length == 0 || query.offset() + length <= chosen.size());
}

// Every field of the part is in the whole, at each level.
bool is_part_of(const JsonValue& part, const JsonValue& whole) {
  if (!part.IsObject() || !whole.IsObject()) return part.IsArray() || equal_json(part, whole);
  return std::ranges::all_of(part.GetObject(), [&](const auto& field) {
    const auto found = whole.FindMember(field.name);
    return found != whole.MemberEnd() && is_part_of(field.value, found->value);
  });
}

void check_fields(const ListQuery& query, const JsonValue& entity) {
  JsonWriter json;
  write_fields(query, entity, json);
  const auto shown = parse_json(json.take());
  must_hold(shown && is_part_of(*shown, entity));
  if (query.fields.empty()) must_hold(equal_json(*shown, entity));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = test::input_text(data, size);
  const auto query = parse_list_query(take_parameters(input));
  if (!query) {
    must_hold(!query.error().empty());
    return 0;
  }
  const auto entities = entities_in(input);
  check_choice(*query, entities);
  for (const auto& entity : entities) check_fields(*query, entity);
  return 0;
}
