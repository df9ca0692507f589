// Where entities live. One implementation keeps them in memory; the embedded database of the admin API is the
// next. Control thread only.
#pragma once

#include "common/base/result.h"
#include "gateway/store/entities.h"

namespace otoroshi::gateway {

class EntityStore {
 public:
  virtual ~EntityStore() = default;

  virtual const Entities& entities() const = 0;
  // All or nothing; durable, as far as the store is, once it returns.
  virtual Result<void> replace(Entities entities) = 0;
};

}  // namespace otoroshi::gateway
