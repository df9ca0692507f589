// What reading the import files means for the entities that are there. (pure)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "gateway/config/gateway_config.h"
#include "gateway/store/entities.h"

namespace otoroshi::gateway {

// Entities of a kind are the same if their ids are.
enum class ImportMode : std::uint8_t {
  mirror,     // the files are the truth: what they do not name goes
  add,        // what the files name and is not there is added; what is there stays
  overwrite,  // likewise, and what is there becomes what the files say
};

// A store that outlives the process belongs to whoever changes it over the admin API: files never remove
// anything there.
ImportMode import_mode(const GatewayConfig& config);

struct ImportPlan {
  // The entities afterwards: known ones first, in their order. One that did not change is the same object as
  // before, by which everything behind sees that there is nothing to do for it.
  Entities entities;
  // Of all kinds together.
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t removed = 0;
  std::size_t unchanged = 0;  // in the files and the same before
  std::size_t skipped = 0;    // in the files and other before, and still as before
};

ImportPlan plan_import(const Entities& current, Entities wanted, ImportMode mode);

std::string to_text(const ImportPlan& plan);  // "2 added, 1 changed, 0 removed, 7 unchanged, 0 skipped"

}  // namespace otoroshi::gateway
