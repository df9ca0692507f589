// Entities that are gone with the process: the import files are the truth.
#pragma once

#include <utility>

#include "gateway/store/entity_store.h"

namespace otoroshi::gateway {

class MemoryStore final : public EntityStore {
 public:
  const Entities& entities() const override { return entities_; }
  Result<void> replace(Entities entities) override {
    entities_ = std::move(entities);
    return {};
  }

 private:
  Entities entities_;
};

}  // namespace otoroshi::gateway
