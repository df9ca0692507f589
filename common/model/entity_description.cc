#include "common/model/entity_description.h"

#include "common/text/nearest.h"
#include "common/text/quoted.h"

namespace otoroshi::entity_description_detail {

std::string annotated(std::string_view schema, std::string_view doc, std::string_view initial) {
  JsonWriter json;
  json.begin_object().key("description").text(doc);
  if (!initial.empty()) json.key("default").value(parse_json(initial).value());
  const auto type = parse_json(schema);
  for (const auto& member : type.value().GetObject()) {
    const auto name = text_of(member.name);
    // What is said of a field says more than what is said of its type.
    if (name != "description") json.key(name).value(member.value);
  }
  return json.end_object().take();
}

void write_unknown(const std::string& fields, JsonWriter& json) {
  if (fields.empty()) return;
  // Our own text, written by read(): it always parses.
  if (const auto document = parse_json(fields)) json.members_of(*document);
}

void tell_typo(std::string_view name, const std::vector<std::string_view>& known, const JsonPlace& place) {
  if (const auto meant = nearest(name, known))
    place.problem("is kept, but has no effect: did you mean " + quoted(*meant) + '?');
}

}  // namespace otoroshi::entity_description_detail
