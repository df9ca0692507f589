// What reading the import files again means for the entities that are there. (pure)
#pragma once

#include <cstddef>
#include <string>

#include "gateway/store/entities.h"

namespace otoroshi::gateway {

struct ImportPlan {
  // The entities afterwards: known ones first, in their order. One that did not change is the same object as
  // before, by which everything behind sees that there is nothing to do for it.
  Entities entities;
  // Of all kinds together.
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t removed = 0;
  std::size_t unchanged = 0;
};

// The files are the truth: what they do not name goes. Entities of a kind are the same if their ids are.
ImportPlan plan_import(const Entities& current, Entities wanted);

std::string to_text(const ImportPlan& plan);  // "2 added, 1 changed, 0 removed, 7 unchanged"

}  // namespace otoroshi::gateway
