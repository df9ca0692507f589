// One section of import files, such as "apiKeys": [...], gathered out of all files. The same for every kind
// of entity; what differs is in its EntityKind. (pure)
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "common/json/reader.h"
#include "gateway/config/import_places.h"
#include "gateway/store/entity_kinds.h"
#include "gateway/store/entity_limits.h"

namespace otoroshi::gateway {

struct ImportFindings {
  Problems problems;
  Problems warnings;
};

// The same for equal texts, on every machine and in every build.
std::string stable_id(std::string_view prefix, std::string_view identity);

template <class Entity>
class ImportSection {
 public:
  struct Entry {
    std::shared_ptr<Entity> entity;
    ImportPlace place;
  };

  // `known` outlives it: the entities that are there already. Who names one of them without the secrets that
  // it was shown without leaves them as they are.
  ImportSection(const EntityKind<Entity>& kind, const EntityList<Entity>& known) : kind_(&kind) {
    for (const auto& entity : known) known_.emplace((*entity).*kind.id, entity.get());
  }

  std::string_view name() const { return kind_->section; }

  // `list` is the section's value in `file`.
  void read(const std::string& file, const JsonValue& list, const JsonPlace& section,
            ImportFindings& findings) {
    if (!is_list(list, section)) return;
    for (rapidjson::SizeType i = 0; i < list.Size(); ++i) {
      const auto place = section / i;
      read_entity({file, place.pointer()}, list[i], findings);
    }
  }

  // Once all files are read: gives ids to entities without one, and tells those that are given twice.
  void settle_ids(ImportFindings& findings) {
    std::unordered_map<std::string_view, const Entity*> taken;
    for (const auto& [entity, place] : entries_) {
      const std::string_view id = (*entity).*kind_->id;
      if (id.empty()) continue;
      const auto [holder, is_new] = taken.try_emplace(id, entity.get());
      if (!is_new) report(findings.problems, place, {id_is_taken(*holder->second)});
    }
    if (!kind_->identity) return;
    for (auto& [entity, place] : entries_) {
      auto& id = (*entity).*kind_->id;
      if (!id.empty()) continue;
      const auto made = stable_id(kind_->id_prefix, kind_->identity(*entity));
      id = made;
      for (int count = 2; taken.contains(id); ++count) id = made + '_' + std::to_string(count);
      taken.emplace(id, entity.get());
    }
  }

  EntityList<Entity> take(ImportPlaces& places) {
    EntityList<Entity> entities;
    for (auto& [entity, place] : entries_) {
      places.add(kind_->section, (*entity).*kind_->id, std::move(place));
      entities.push_back(std::move(entity));
    }
    entries_.clear();
    return entities;
  }

 private:
  void read_entity(ImportPlace place, const JsonValue& value, ImportFindings& findings) {
    auto entity = otoroshi::read_entity(kind_->description(), value);
    if (!entity) return report(findings.problems, place, std::move(entity.error()));
    if (const auto known = known_.find((*entity).*kind_->id); known != known_.end())
      kind_->keep_secrets(*entity, *known->second);
    kind_->complete(*entity);
    if (auto found = reasons_to_refuse(*kind_, *entity); !found.empty())
      return report(findings.problems, place, std::move(found));
    report(findings.warnings, place, likely_typos(kind_->description(), value));
    report(findings.warnings, place, kind_->warnings(*entity));
    entries_.push_back({std::make_shared<Entity>(std::move(*entity)), std::move(place)});
  }

  Problem id_is_taken(const Entity& holder) const {
    return {std::string("/").append(kind_->id_field), "the id is taken by " + described(*kind_, holder) +
                                                          ": an id stands for one " +
                                                          std::string(kind_->noun)};
  }

  const EntityKind<Entity>* kind_;
  std::unordered_map<std::string_view, const Entity*> known_;  // by id
  std::vector<Entry> entries_;
};

}  // namespace otoroshi::gateway
