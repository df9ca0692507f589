// The rows of the store's table that must change for one state of the entities to become another one. Objects
// that are in both states cost a comparison of pointers each, so that one change among ten thousand takes
// microseconds. (pure)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/store/entities.h"
#include "gateway/store/entity_kinds.h"

namespace otoroshi::gateway {

// What orders the rows: of a list's entities, in the list's order and so ascending. Positions of a row that
// was removed are not given again while the process lives.
using Positions = std::vector<std::int64_t>;
using PositionsByKind = std::map<std::string_view, Positions>;  // by EntityKind::section

// The kind of the rows of Entities::other_sections; `id` is the name. Their order is that of their names.
inline constexpr std::string_view section_kind = "section";

struct RowChanges {
  struct Key {
    std::string_view kind;
    std::string id;
  };
  struct Row {
    std::string_view kind;
    std::string id;
    std::int64_t position;
    std::string json;
  };

  // To be done in this order.
  std::vector<Key> removed;
  std::vector<Row> updated;
  std::vector<Row> added;

  bool empty() const { return removed.empty() && updated.empty() && added.empty(); }
};

class RowPlan {
 public:
  explicit RowPlan(std::int64_t next_position) : next_position_(next_position) {}

  // The positions of `wanted`. An entity that stays, changed or not, keeps its place unless others have come
  // before it. Ids are unique in each list.
  template <class Entity>
  Positions change(const EntityKind<Entity>& kind, const EntityList<Entity>& before,
                   const Positions& positions, const EntityList<Entity>& wanted);

  void change_sections(const std::map<std::string, std::string>& before,
                       const std::map<std::string, std::string>& wanted);

  const RowChanges& changes() const { return changes_; }
  std::int64_t next_position() const { return next_position_; }

 private:
  // How many objects at the beginning and at the end of both lists are the same.
  struct CommonEnds {
    std::size_t head = 0;
    std::size_t tail = 0;
  };
  template <class List>
  static CommonEnds common_ends(const List& before, const List& wanted) {
    const auto head = std::ranges::mismatch(before, wanted).in1 - before.begin();
    const auto most = std::min(before.size(), wanted.size()) - std::size_t(head);
    const auto tail = std::mismatch(before.rbegin(), before.rbegin() + std::ptrdiff_t(most), wanted.rbegin());
    return {std::size_t(head), std::size_t(tail.first - before.rbegin())};
  }

  // Puts `wanted` behind what `after` has. `known`: the entity before; null: it is new.
  template <class Entity>
  void place(const EntityKind<Entity>& kind, const Entity* known, std::int64_t known_position,
             const Entity& wanted, Positions& after) {
    const bool stays = known && known_position > (after.empty() ? 0 : after.back());
    after.push_back(stays ? known_position : next_position_++);
    if (stays && (known == &wanted || *known == wanted)) return;
    auto& rows = known ? changes_.updated : changes_.added;
    rows.push_back({kind.section, wanted.*kind.id, after.back(), entity_to_json(kind.description(), wanted)});
  }

  std::int64_t next_position_;
  RowChanges changes_;
};

template <class Entity>
Positions RowPlan::change(const EntityKind<Entity>& kind, const EntityList<Entity>& before,
                          const Positions& positions, const EntityList<Entity>& wanted) {
  const auto [head, tail] = common_ends(before, wanted);
  std::unordered_map<std::string_view, std::size_t> left;  // of `before`, by id: those in between
  for (auto i = head; i < before.size() - tail; ++i) left.emplace((*before[i]).*kind.id, i);

  Positions after(positions.begin(), positions.begin() + std::ptrdiff_t(head));
  after.reserve(wanted.size());
  for (auto i = head; i < wanted.size() - tail; ++i) {
    const auto found = left.find((*wanted[i]).*kind.id);
    if (found == left.end()) {
      place(kind, static_cast<const Entity*>(nullptr), 0, *wanted[i], after);
    } else {
      place(kind, before[found->second].get(), positions[found->second], *wanted[i], after);
      left.erase(found);
    }
  }
  for (auto i = before.size() - tail; i < before.size(); ++i)
    place(kind, before[i].get(), positions[i], *before[i], after);
  for (const auto& [id, index] : left) changes_.removed.push_back({kind.section, std::string(id)});
  return after;
}

}  // namespace otoroshi::gateway
