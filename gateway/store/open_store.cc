#include "gateway/store/open_store.h"

#include "gateway/store/memory_store.h"
#include "gateway/store/sqlite_store.h"

namespace otoroshi::gateway {

Result<std::unique_ptr<EntityStore>> open_store(const GatewayConfig& config) {
  if (config.store.type == StoreType::memory) return std::make_unique<MemoryStore>();
  return SqliteStore::open(config.data_dir);
}

Result<Entities> read_store(const GatewayConfig& config) {
  if (config.store.type == StoreType::memory) return Entities();
  return SqliteStore::read(config.data_dir);
}

}  // namespace otoroshi::gateway
