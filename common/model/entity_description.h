// One table per entity: every field's name, type, default, allowed values, documentation and member. The
// table is all that is written by hand; reading, writing, defaults, checks of single values and the JSON
// Schema follow from it.
//
//   const EntityDescription<Target>& target_description() {
//     using namespace kinds;
//     static const auto table = EntityDescription<Target>("Where connections go.", &Target::unknown_fields)
//         .field("port", &Target::port, integer<uint16_t>({1, 65535}), "Its port.", Presence::required)
//         .field("tls", &Target::tls, boolean(), "Use TLS to connect to it.");
//     return table;
//   }
//
// - A field's default is what a default-constructed Entity has; absent and null both mean the default.
// - Fields that the table does not know are kept as JSON text in a member of the entity and written back.
// - Fields are written in the table's order, unknown ones last.
// A table never changes once built, so every thread may use it.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/json/reader.h"
#include "common/json/writer.h"
#include "common/model/json_type.h"

namespace otoroshi {

enum class Presence : std::uint8_t {
  optional,   // may be absent; always written
  required,   // must be there and not null; always written
  extension,  // may be absent; written only if it is not the default: others' documents come back unchanged
  read_only,  // may be absent; never written: an older spelling of what another field says
};

template <class Entity>
class EntityDescription {
 public:
  using Aliases = std::initializer_list<std::string_view>;

  EntityDescription(std::string_view doc, std::string Entity::*unknown_fields)
      : doc_(doc), unknown_fields_(unknown_fields) {}

  // `aliases` are other names that are read too; the field is written under its name.
  template <class Value>
  EntityDescription field(std::string_view name, Value Entity::*member, JsonType<Value> type,
                          std::string_view doc, Presence presence = Presence::optional,
                          Aliases aliases = {}) &&;

  // An object in JSON whose fields are members of this same Entity: "tls_config": {"trust_all": true}.
  EntityDescription group(std::string_view name, EntityDescription fields,
                          Presence presence = Presence::optional) &&;

  // Called after an entity was read, to fill in what follows from its other fields.
  EntityDescription then(std::function<void(Entity&)> complete) &&;

  // Puts the object's values over those of `entity`; every problem goes to `place`.
  void read(const JsonValue& object, Entity& entity, const JsonPlace& place) const;
  // Tells `place` of the fields of an object that was read well which the table does not know, where one that
  // it knows was probably meant. Others are left alone: Otoroshi has more fields than we do.
  void find_typos(const JsonValue& object, const JsonPlace& place) const;
  void write(const Entity& entity, JsonWriter& json) const;
  bool has_defaults(const Entity& entity) const;  // and no unknown field
  std::string schema() const;                     // JSON Schema 2020-12

 private:
  struct Field {
    std::string_view name;
    std::vector<std::string_view> aliases;
    Presence presence;
    std::function<void(const JsonValue&, Entity&, const JsonPlace&)> read;
    std::function<void(const Entity&, JsonWriter&)> write;
    std::function<bool(const Entity&)> has_default;
    std::string wanted;
    std::string schema;
    std::function<void(const JsonValue&, const JsonPlace&)> find_typos;  // null: there can be none inside
  };

  const Field* find(std::string_view name) const;
  void read_member(const Field& field, std::string_view name, const JsonValue& value,
                   std::vector<bool>& given, Entity& entity, const JsonPlace& place) const;

  std::string_view doc_;
  std::string Entity::*unknown_fields_;
  std::vector<Field> fields_;
  std::function<void(Entity&)> complete_;
};

namespace kinds {

// A member that is itself an entity with a table. The table must live as long as the type.
template <class Entity>
JsonType<Entity> object_of(const EntityDescription<Entity>& table) {
  return {
      .read = [&table](const JsonValue& in, Entity& out,
                       const JsonPlace& place) { table.read(in, out, place); },
      .write = [&table](const Entity& entity, JsonWriter& json) { table.write(entity, json); },
      .wanted = "an object",
      .schema = table.schema(),
      .find_typos = [&table](const JsonValue& in, const JsonPlace& place) { table.find_typos(in, place); }};
}

}  // namespace kinds

// The entity, or all that is wrong with it.
template <class Entity>
std::expected<Entity, Problems> read_entity(const EntityDescription<Entity>& table, const JsonValue& value) {
  Entity entity;
  Problems problems;
  table.read(value, entity, JsonPlace(problems));
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return entity;
}

// Warnings, of JSON that read_entity() takes.
template <class Entity>
Problems likely_typos(const EntityDescription<Entity>& table, const JsonValue& value) {
  Problems typos;
  table.find_typos(value, JsonPlace(typos));
  return typos;
}

// read_entity() of a document as text, which may be no JSON at all.
template <class Entity>
std::expected<Entity, Problems> parse_entity(const EntityDescription<Entity>& table, std::string_view json) {
  const auto document = parse_json(json);
  if (!document) return std::unexpected(document.error());
  return read_entity(table, *document);
}

// The entity as a compact document.
template <class Entity>
std::string entity_to_json(const EntityDescription<Entity>& table, const Entity& entity) {
  JsonWriter json;
  table.write(entity, json);
  return json.take();
}

}  // namespace otoroshi

#include "common/model/entity_description_impl.h"
