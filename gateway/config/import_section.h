// One section of import files, such as "apiKeys": [...], gathered out of all files. The same for every kind
// of entity; what differs is in its EntityKind. (pure)
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "common/json/reader.h"
#include "gateway/store/entity_kinds.h"

namespace otoroshi::gateway {

// Where something stands: a file, and a JSON Pointer in it.
struct ImportPlace {
  std::string file;
  std::string pointer;
};

struct ImportFindings {
  Problems problems;
  Problems warnings;
};

// Adds `found` to `list`, with the place in front of each path: "services.json: /tcpServices/3/port".
void report(Problems& list, const ImportPlace& place, Problems found);

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
  const std::vector<Entry>& entries() const { return entries_; }  // those without a problem, in order

  // Whether an entity with this id was there, with or without a problem.
  bool mentions(const std::string& id) const { return mentioned_.contains(id); }

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

  EntityList<Entity> take() {
    EntityList<Entity> entities;
    for (auto& entry : entries_) entities.push_back(std::move(entry.entity));
    entries_.clear();
    return entities;
  }

 private:
  void read_entity(ImportPlace place, const JsonValue& value, ImportFindings& findings) {
    note_id(value);
    auto entity = otoroshi::read_entity(kind_->description(), value);
    if (!entity) return report(findings.problems, place, std::move(entity.error()));
    if (const auto known = known_.find((*entity).*kind_->id); known != known_.end())
      kind_->keep_secrets(*entity, *known->second);
    kind_->complete(*entity);
    if (auto found = kind_->check(*entity); !found.empty())
      return report(findings.problems, place, std::move(found));
    report(findings.warnings, place, kind_->warnings(*entity));
    entries_.push_back({std::make_shared<Entity>(std::move(*entity)), std::move(place)});
  }

  void note_id(const JsonValue& value) {
    if (!value.IsObject()) return;
    for (const auto& member : value.GetObject()) {
      if (text_of(member.name) == kind_->id_field && member.value.IsString())
        mentioned_.emplace(text_of(member.value));
    }
  }

  Problem id_is_taken(const Entity& holder) const {
    return {std::string("/").append(kind_->id_field), "the id is taken by " + described(*kind_, holder) +
                                                          ": an id stands for one " +
                                                          std::string(kind_->noun)};
  }

  const EntityKind<Entity>* kind_;
  std::unordered_map<std::string_view, const Entity*> known_;  // by id
  std::vector<Entry> entries_;
  std::unordered_set<std::string> mentioned_;
};

}  // namespace otoroshi::gateway
