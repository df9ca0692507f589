#include "gateway/config/import_places.h"

#include <utility>

namespace otoroshi::gateway {
namespace {

std::string name_of_entity(std::string_view section, std::string_view id) {
  return std::string(section).append("/").append(id);
}

}  // namespace

void report(Problems& list, const ImportPlace& place, Problems found) {
  for (auto& problem : found) {
    auto path = place.pointer + problem.path;
    if (!place.file.empty()) path = path.empty() ? place.file : place.file + ": " + path;
    list.push_back({std::move(path), std::move(problem.sentence)});
  }
}

void ImportPlaces::add(std::string_view section, std::string_view id, ImportPlace place) {
  by_name_.emplace(name_of_entity(section, id), std::move(place));
}

Problems ImportPlaces::locate(const EntityProblems& problems) const {
  Problems located;
  for (const auto& [section, id, problem] : problems) {
    if (section.empty()) {
      located.push_back(problem);
      continue;
    }
    const auto name = name_of_entity(section, id);
    const auto found = by_name_.find(name);
    report(located, found == by_name_.end() ? ImportPlace{name, ""} : found->second, {problem});
  }
  return located;
}

}  // namespace otoroshi::gateway
