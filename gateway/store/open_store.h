// The store that the settings want.
#pragma once

#include <memory>

#include "common/base/result.h"
#include "gateway/config/gateway_config.h"
#include "gateway/store/entity_store.h"

namespace otoroshi::gateway {

// With `sqlite` the data folder is this process's from now on. Fails (io) with a sentence that says what to
// do.
Result<std::unique_ptr<EntityStore>> open_store(const GatewayConfig& config);

// What the store would hold, for `--check`: nothing is made, locked or changed.
Result<Entities> read_store(const GatewayConfig& config);

}  // namespace otoroshi::gateway
