#include "gateway/store/row_changes.h"

namespace otoroshi::gateway {

void RowPlan::change_sections(const std::map<std::string, std::string>& before,
                              const std::map<std::string, std::string>& wanted) {
  for (const auto& [name, json] : before) {
    if (!wanted.contains(name)) changes_.removed.push_back({section_kind, name});
  }
  for (const auto& [name, json] : wanted) {
    const auto found = before.find(name);
    if (found != before.end() && found->second == json) continue;
    auto& rows = found == before.end() ? changes_.added : changes_.updated;
    rows.push_back({section_kind, name, next_position_++, json});
  }
}

}  // namespace otoroshi::gateway
