// `gateway --check`: everything that a start would read, and nothing that it would open.
#pragma once

#include "gateway/config/gateway_config.h"

namespace otoroshi::gateway {

// Tells every problem and warning on stderr, else a summary on stdout; the program's exit code (0 or 2).
// Stricter than a start, which serves without a certificate that cannot be used.
int check_everything(const GatewayConfig& config);

// On stderr, a line each: "gateway: gateway.json: /threads: ...".
void print_problems(const Problems& problems);

}  // namespace otoroshi::gateway
