#include "gateway/store/import_plan.h"

#include <string_view>
#include <unordered_map>
#include <utility>

#include "gateway/store/entity_kinds.h"

namespace otoroshi::gateway {
namespace {

template <class Entity>
EntityList<Entity> plan_kind(const EntityKind<Entity>& kind, const EntityList<Entity>& current,
                             EntityList<Entity> wanted, ImportPlan& plan) {
  EntityList<Entity> planned;
  std::unordered_map<std::string_view, std::shared_ptr<const Entity>*> by_id;
  for (auto& entity : wanted) by_id.emplace((*entity).*kind.id, &entity);
  for (const auto& entity : current) {
    const auto found = by_id.find((*entity).*kind.id);
    if (found == by_id.end()) {
      ++plan.removed;
      continue;
    }
    auto& replacement = *found->second;
    const bool same = *replacement == *entity;
    ++(same ? plan.unchanged : plan.changed);
    planned.push_back(same ? entity : replacement);
    by_id.erase(found);
    replacement = nullptr;  // what is left of `wanted` is new
  }
  for (auto& entity : wanted) {
    if (!entity) continue;
    ++plan.added;
    planned.push_back(std::move(entity));
  }
  return planned;
}

}  // namespace

ImportPlan plan_import(const Entities& current, Entities wanted) {
  ImportPlan plan;
  for_each_kind([&]<class Entity>(const EntityKind<Entity>& kind) {
    list_of<Entity>(plan.entities) =
        plan_kind(kind, list_of<Entity>(current), std::move(list_of<Entity>(wanted)), plan);
  });
  return plan;
}

std::string to_text(const ImportPlan& plan) {
  return std::to_string(plan.added) + " added, " + std::to_string(plan.changed) + " changed, " +
         std::to_string(plan.removed) + " removed, " + std::to_string(plan.unchanged) + " unchanged";
}

}  // namespace otoroshi::gateway
