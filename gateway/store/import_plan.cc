#include "gateway/store/import_plan.h"

#include <unordered_map>

namespace otoroshi::gateway {

ImportPlan plan_import(const std::vector<TcpServicePtr>& current, std::vector<TcpServicePtr> wanted) {
  ImportPlan plan;
  std::unordered_map<std::string, TcpServicePtr*> by_id;
  for (auto& service : wanted) by_id.emplace(service->id, &service);
  for (const auto& service : current) {
    auto found = by_id.find(service->id);
    if (found == by_id.end()) {
      ++plan.removed;
      continue;
    }
    bool same = **found->second == *service;
    ++(same ? plan.unchanged : plan.changed);
    plan.services.push_back(same ? service : *found->second);
    found->second->reset();  // what is left of `wanted` is new
  }
  for (auto& service : wanted) {
    if (!service) continue;
    ++plan.added;
    plan.services.push_back(std::move(service));
  }
  return plan;
}

std::string to_text(const ImportPlan& plan) {
  return std::to_string(plan.added) + " added, " + std::to_string(plan.changed) + " changed, " +
         std::to_string(plan.removed) + " removed, " + std::to_string(plan.unchanged) + " unchanged";
}

}  // namespace otoroshi::gateway
