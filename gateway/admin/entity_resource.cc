#include "gateway/admin/entity_resource.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/admin/entity_id.h"
#include "gateway/store/entity_limits.h"

namespace otoroshi::gateway {
namespace {

// Shows an entity to somebody who has not asked for its secrets.
template <class Entity>
void write_without_secrets(const EntityKind<Entity>& kind, Entity entity, JsonWriter& json) {
  kind.hide_secrets(entity);
  kind.description().write(entity, json);
}

template <class Entity>
class DraftOf final : public EntityDraft {
 public:
  DraftOf(const EntityKind<Entity>& kind, const Entities& entities) : kind_(kind), entities_(entities) {
    places_.reserve(list().size());
    for (std::size_t i = 0; i < list().size(); ++i) places_.emplace((*list()[i]).*kind_.id, i);
  }

  bool has(std::string_view id) const override { return places_.contains(id); }

  std::string text(std::string_view id) const override {
    JsonWriter json;
    write_without_secrets(kind_, *list()[places_.at(id)], json);
    return json.take();
  }

  std::expected<Accepted, Problems> put(const JsonValue& value, Enrich enrich) override {
    auto entity = read_entity(kind_.description(), value);
    if (!entity) return std::unexpected(std::move(entity.error()));
    if (const auto stored = places_.find((*entity).*kind_.id); stored != places_.end())
      kind_.keep_secrets(*entity, *list()[stored->second]);
    if (enrich == Enrich::yes) kind_.complete(*entity);
    auto problems = reasons_to_refuse(kind_, *entity);
    if (auto wrong = wrong_id((*entity).*kind_.id))
      problems.push_back({std::string("/").append(kind_.id_field), std::move(*wrong)});
    if (!problems.empty()) return std::unexpected(std::move(problems));
    Accepted accepted{(*entity).*kind_.id, kind_.warnings(*entity)};
    std::ranges::copy(likely_typos(kind_.description(), value), std::back_inserter(accepted.warnings));
    put_at_its_place(std::make_shared<const Entity>(std::move(*entity)));
    return accepted;
  }

  bool remove(std::string_view id) override {
    const auto found = places_.find(id);
    if (found == places_.end()) return false;
    const auto index = found->second;
    places_.erase(found);  // its key lies in the entity
    list()[index] = nullptr;
    has_changed_ = true;
    return true;
  }

  void remove_all() override {
    has_changed_ |= !places_.empty();
    places_.clear();
    list().clear();
  }

  bool has_changed() const override { return has_changed_; }

  Entities take() override {
    places_.clear();
    std::erase(list(), nullptr);
    return std::move(entities_);
  }

 private:
  EntityList<Entity>& list() { return list_of<Entity>(entities_); }
  const EntityList<Entity>& list() const { return list_of<Entity>(entities_); }

  void put_at_its_place(std::shared_ptr<const Entity> entity) {
    const std::string_view id = (*entity).*kind_.id;
    const auto found = places_.find(id);
    if (found == places_.end()) {
      places_.emplace(id, list().size());
      list().push_back(std::move(entity));
    } else if (const auto index = found->second; *list()[index] == *entity) {
      return;  // the same object as before tells everything behind that there is nothing to do
    } else {
      places_.erase(found);  // its key lies in the entity that goes
      places_.emplace(id, index);
      list()[index] = std::move(entity);
    }
    has_changed_ = true;
  }

  const EntityKind<Entity>& kind_;
  Entities entities_;
  std::unordered_map<std::string_view, std::size_t> places_;  // by ids that lie in the entities
  bool has_changed_ = false;
};

template <class Entity>
class ResourceOf final : public EntityResource {
 public:
  explicit ResourceOf(const EntityKind<Entity>& kind)
      : EntityResource({.section = kind.section,
                        .noun = kind.noun,
                        .id_field = kind.id_field,
                        .id_prefix = kind.id_prefix,
                        .id_is_secret = kind.id_is_secret,
                        .api = kind.api}),
        kind_(kind) {}

  std::string schema() const override { return kind_.description().schema(); }

  std::size_t count(const Entities& entities) const override { return list_of<Entity>(entities).size(); }

  std::optional<std::size_t> find(const Entities& entities, std::string_view id) const override {
    const auto& list = list_of<Entity>(entities);
    const auto found =
        std::ranges::find_if(list, [&](const auto& entity) { return (*entity).*kind_.id == id; });
    if (found == list.end()) return std::nullopt;
    return found - list.begin();
  }

  void write(const Entities& entities, std::size_t index, Secrets secrets, JsonWriter& json) const override {
    const auto& entity = *list_of<Entity>(entities)[index];
    if (secrets == Secrets::shown) return kind_.description().write(entity, json);
    write_without_secrets(kind_, entity, json);
  }

  std::string described(const Entities& entities, std::size_t index) const override {
    return gateway::described(kind_, *list_of<Entity>(entities)[index]);
  }

  std::expected<std::string, Problems> with_all_fields(const JsonValue& value) const override {
    auto entity = read_entity(kind_.description(), value);
    if (!entity) return std::unexpected(std::move(entity.error()));
    return entity_to_json(kind_.description(), *entity);
  }

  std::unique_ptr<EntityDraft> draft(const Entities& entities) const override {
    return std::make_unique<DraftOf<Entity>>(kind_, entities);
  }

 private:
  const EntityKind<Entity>& kind_;
};

using Resources = std::vector<std::unique_ptr<const EntityResource>>;

Resources make_resources() {
  Resources resources;
  for_each_kind([&resources]<class Entity>(const EntityKind<Entity>& kind) {
    resources.push_back(std::make_unique<ResourceOf<Entity>>(kind));
  });
  return resources;
}

}  // namespace

std::string EntityResource::text(const Entities& entities, std::size_t index, Secrets secrets) const {
  JsonWriter json;
  write(entities, index, secrets, json);
  return json.take();
}

std::span<const std::unique_ptr<const EntityResource>> entity_resources() {
  static const Resources resources = make_resources();
  return resources;
}

const EntityResource* resource_of_section(std::string_view section) {
  const auto resources = entity_resources();
  const auto found = std::ranges::find_if(
      resources, [section](const auto& resource) { return resource->names().section == section; });
  return found == resources.end() ? nullptr : found->get();
}

}  // namespace otoroshi::gateway
