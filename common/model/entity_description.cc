#include "common/model/entity_description.h"

namespace otoroshi::entity_description_detail {

std::string annotated(std::string_view schema, std::string_view doc, std::string_view initial) {
  JsonWriter description;
  description.text(doc);
  auto out = "{\"description\":" + description.take();
  if (!initial.empty()) out.append(",\"default\":").append(initial);
  return out.append(",").append(schema.substr(1));
}

void write_unknown(const std::string& fields, JsonWriter& json) {
  if (fields.empty()) return;
  // Our own text, written by read(): it always parses.
  if (const auto document = parse_json(fields)) json.members_of(*document);
}

}  // namespace otoroshi::entity_description_detail
