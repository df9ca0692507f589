#include "gateway/store/import_plan.h"

#include <string_view>
#include <unordered_map>
#include <utility>

#include "gateway/store/entity_kinds.h"

namespace otoroshi::gateway {
namespace {

template <class Entity>
std::shared_ptr<const Entity> choose(const std::shared_ptr<const Entity>& known,
                                     const std::shared_ptr<const Entity>& wanted, ImportPlan& plan,
                                     ImportMode mode) {
  if (*wanted == *known) {
    ++plan.unchanged;
    return known;
  }
  ++(mode == ImportMode::add ? plan.skipped : plan.changed);
  return mode == ImportMode::add ? known : wanted;
}

template <class Entity>
EntityList<Entity> plan_kind(const EntityKind<Entity>& kind, const EntityList<Entity>& current,
                             EntityList<Entity> wanted, ImportPlan& plan, ImportMode mode) {
  EntityList<Entity> planned;
  std::unordered_map<std::string_view, std::shared_ptr<const Entity>*> by_id;
  for (auto& entity : wanted) by_id.emplace((*entity).*kind.id, &entity);
  for (const auto& entity : current) {
    const auto found = by_id.find((*entity).*kind.id);
    if (found != by_id.end()) {
      auto& from_files = *found->second;
      by_id.erase(found);
      planned.push_back(choose(entity, from_files, plan, mode));
      from_files = nullptr;  // what is left of `wanted` is new
    } else if (mode == ImportMode::mirror) {
      ++plan.removed;
    } else {
      planned.push_back(entity);
    }
  }
  for (auto& entity : wanted) {
    if (!entity) continue;
    ++plan.added;
    planned.push_back(std::move(entity));
  }
  return planned;
}

}  // namespace

ImportMode import_mode(const GatewayConfig& config) {
  if (config.store.type == StoreType::memory) return ImportMode::mirror;
  return config.import_replace ? ImportMode::overwrite : ImportMode::add;
}

ImportPlan plan_import(const Entities& current, Entities wanted, ImportMode mode) {
  ImportPlan plan;
  plan.entities.other_sections = current.other_sections;  // import files pass theirs over
  for_each_kind([&]<class Entity>(const EntityKind<Entity>& kind) {
    list_of<Entity>(plan.entities) =
        plan_kind(kind, list_of<Entity>(current), std::move(list_of<Entity>(wanted)), plan, mode);
  });
  return plan;
}

std::string to_text(const ImportPlan& plan) {
  return std::to_string(plan.added) + " added, " + std::to_string(plan.changed) + " changed, " +
         std::to_string(plan.removed) + " removed, " + std::to_string(plan.unchanged) + " unchanged, " +
         std::to_string(plan.skipped) + " skipped";
}

}  // namespace otoroshi::gateway
