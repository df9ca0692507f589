// How EntityDescription does what entity_description.h says. Included only from there.
#pragma once

#include <algorithm>
#include <memory>

#include "common/model/entity_description.h"

namespace otoroshi {

namespace entity_description_detail {
// The schema with its documentation and default (a JSON value as text, "" if none) put first.
std::string annotated(std::string_view schema, std::string_view doc, std::string_view initial);
void write_unknown(const std::string& fields, JsonWriter& json);
// If one of the known names was probably meant by this one.
void tell_typo(std::string_view name, const std::vector<std::string_view>& known, const JsonPlace& place);
}  // namespace entity_description_detail

template <class Entity>
template <class Value>
EntityDescription<Entity> EntityDescription<Entity>::field(std::string_view name, Value Entity::*member,
                                                           JsonType<Value> type, std::string_view doc,
                                                           Presence presence, Aliases aliases) && {
  const Value initial = Entity{}.*member;
  JsonWriter default_value;
  const bool has_default = presence != Presence::required && presence != Presence::read_only;
  if (has_default) type.write(initial, default_value);
  fields_.push_back({
      .name = name,
      .aliases = aliases,
      .presence = presence,
      .read = [member, read = type.read](const JsonValue& in, Entity& entity,
                                         const JsonPlace& place) { read(in, entity.*member, place); },
      .write = [member, write = type.write](const Entity& entity,
                                            JsonWriter& json) { write(entity.*member, json); },
      .has_default = [member, initial](const Entity& entity) { return entity.*member == initial; },
      .wanted = type.wanted,
      .schema = entity_description_detail::annotated(type.schema, doc, default_value.take()),
      .find_typos = type.find_typos,
  });
  return std::move(*this);
}

template <class Entity>
EntityDescription<Entity> EntityDescription<Entity>::group(std::string_view name, EntityDescription fields,
                                                           Presence presence) && {
  auto schema = fields.schema();
  const auto table = std::make_shared<const EntityDescription>(std::move(fields));
  fields_.push_back({
      .name = name,
      .aliases = {},
      .presence = presence,
      .read = [table](const JsonValue& in, Entity& entity,
                      const JsonPlace& place) { table->read(in, entity, place); },
      .write = [table](const Entity& entity, JsonWriter& json) { table->write(entity, json); },
      .has_default = [table](const Entity& entity) { return table->has_defaults(entity); },
      .wanted = "an object",
      .schema = std::move(schema),
      .find_typos = [table](const JsonValue& in, const JsonPlace& place) { table->find_typos(in, place); },
  });
  return std::move(*this);
}

template <class Entity>
EntityDescription<Entity> EntityDescription<Entity>::then(std::function<void(Entity&)> complete) && {
  complete_ = std::move(complete);
  return std::move(*this);
}

template <class Entity>
const typename EntityDescription<Entity>::Field* EntityDescription<Entity>::find(
    std::string_view name) const {
  const auto found = std::ranges::find_if(fields_, [name](const Field& field) {
    return field.name == name || std::ranges::find(field.aliases, name) != field.aliases.end();
  });
  return found == fields_.end() ? nullptr : &*found;
}

template <class Entity>
void EntityDescription<Entity>::read_member(const Field& field, std::string_view name, const JsonValue& value,
                                            std::vector<bool>& given, Entity& entity,
                                            const JsonPlace& place) const {
  const auto index = static_cast<std::size_t>(&field - fields_.data());
  if (value.IsNull()) return;
  if (given[index]) {
    (place / name).problem("the field \"" + std::string(field.name) + "\" is given under two names");
    return;
  }
  given[index] = true;
  field.read(value, entity, place / name);
}

template <class Entity>
void EntityDescription<Entity>::read(const JsonValue& object, Entity& entity, const JsonPlace& place) const {
  if (!is_object(object, place)) return;
  std::vector<bool> given(fields_.size());
  std::optional<JsonWriter> unknown;
  for (const auto& member : object.GetObject()) {
    const auto name = text_of(member.name);
    if (const auto* field = find(name)) {
      read_member(*field, name, member.value, given, entity, place);
    } else {
      if (!unknown) unknown.emplace().begin_object();
      unknown->key(name).value(member.value);
    }
  }
  entity.*unknown_fields_ = unknown ? unknown->end_object().take() : "";
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].presence != Presence::required || given[i]) continue;
    (place / fields_[i].name).problem("is missing: " + fields_[i].wanted + " is wanted");
  }
  if (complete_) complete_(entity);
}

template <class Entity>
void EntityDescription<Entity>::find_typos(const JsonValue& object, const JsonPlace& place) const {
  for (const auto& member : object.GetObject()) {
    const auto name = text_of(member.name);
    const auto* field = find(name);
    if (!field) {
      std::vector<std::string_view> known;
      for (const auto& one : fields_) known.push_back(one.name);
      entity_description_detail::tell_typo(name, known, place / name);
    } else if (field->find_typos && !member.value.IsNull()) {
      field->find_typos(member.value, place / name);
    }
  }
}

template <class Entity>
void EntityDescription<Entity>::write(const Entity& entity, JsonWriter& json) const {
  json.begin_object();
  for (const auto& field : fields_) {
    if (field.presence == Presence::read_only) continue;
    if (field.presence == Presence::extension && field.has_default(entity)) continue;
    field.write(entity, json.key(field.name));
  }
  entity_description_detail::write_unknown(entity.*unknown_fields_, json);
  json.end_object();
}

template <class Entity>
bool EntityDescription<Entity>::has_defaults(const Entity& entity) const {
  return (entity.*unknown_fields_).empty() &&
         std::ranges::all_of(fields_, [&](const Field& field) { return field.has_default(entity); });
}

template <class Entity>
std::string EntityDescription<Entity>::schema() const {
  std::string properties, required;
  for (const auto& field : fields_) {
    const auto name = '"' + std::string(field.name) + '"';
    properties += (properties.empty() ? "" : ",") + name + ':' + field.schema;
    if (field.presence == Presence::required) required += (required.empty() ? "" : ",") + name;
  }
  const auto schema =
      R"({"type":"object","properties":{)" + properties + "},\"required\":[" + required + "]}";
  return entity_description_detail::annotated(schema, doc_, "");
}

}  // namespace otoroshi
