// `gateway --check`: everything that a start would read, and nothing that it would open.
#pragma once

#include "gateway/config/gateway_config.h"

namespace otoroshi::gateway {

// Tells every problem and warning on stderr and a summary on stdout; the program's exit code (0 or 2).
int check_everything(const GatewayConfig& config);

}  // namespace otoroshi::gateway
