// A kind of entities as the admin API handles it: by JSON and by id. This is where the templates over the
// kinds (store/entity_kinds.h) end: operations, bulk, lists and exports are written once, for all kinds.
// (pure)
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/json/writer.h"
#include "gateway/store/entity_kinds.h"

namespace otoroshi::gateway {

// Of private keys of certificates.
enum class Secrets : std::uint8_t { hidden, shown };

// Whether what follows from an entity's other fields is filled in, or taken as it comes.
enum class Enrich : std::uint8_t { yes, no };

// An entity that was put into a draft.
struct Accepted {
  std::string id;
  Problems warnings;  // what is in it and has no effect
};

// Entities as they shall be: a copy in which those of one kind are changed, for LiveEntities::change().
class EntityDraft {
 public:
  virtual ~EntityDraft() = default;

  virtual bool has(std::string_view id) const = 0;
  // The entity with this id, which is there, without its secrets.
  virtual std::string text(std::string_view id) const = 0;
  // Reads and checks it, and puts it in the place of the one with its id, whose secrets it keeps if it comes
  // without any, or behind all. It must have an id.
  virtual std::expected<Accepted, Problems> put(const JsonValue& entity, Enrich enrich = Enrich::yes) = 0;
  // False: there was none.
  virtual bool remove(std::string_view id) = 0;
  virtual void remove_all() = 0;
  // Whether anything is different from what it began with.
  virtual bool has_changed() const = 0;
  virtual Entities take() = 0;  // the draft is empty afterwards
};

class EntityResource {
 public:
  // What EntityKind says, see there.
  struct Names {
    std::string_view section, noun, id_field, id_prefix;
    bool id_is_secret;
    ApiNames api;

    std::string id_pointer() const { return std::string("/").append(id_field); }  // "/clientId"
  };

  explicit EntityResource(const Names& names) : names_(names) {}
  virtual ~EntityResource() = default;

  const Names& names() const { return names_; }
  virtual std::string schema() const = 0;

  virtual std::size_t count(const Entities& entities) const = 0;
  virtual std::optional<std::size_t> find(const Entities& entities, std::string_view id) const = 0;
  virtual void write(const Entities& entities, std::size_t index, Secrets secrets,
                     JsonWriter& json) const = 0;
  std::string text(const Entities& entities, std::size_t index, Secrets secrets = Secrets::hidden) const;

  // For sentences: "service 'db'".
  virtual std::string described(const Entities& entities, std::size_t index) const = 0;

  // The same entity with every field that this kind has.
  virtual std::expected<std::string, Problems> with_all_fields(const JsonValue& entity) const = 0;

  virtual std::unique_ptr<EntityDraft> draft(const Entities& entities) const = 0;

 private:
  Names names_;
};

// One a kind, in the order of the kinds; they live for ever.
std::span<const std::unique_ptr<const EntityResource>> entity_resources();

// The kind whose section in exports has this name; null: there is none.
const EntityResource* resource_of_section(std::string_view section);

}  // namespace otoroshi::gateway
