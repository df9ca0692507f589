// Reads the configuration file that the command line names, with the environment and the flags over it.
#pragma once

#include <expected>

#include "common/base/result.h"
#include "gateway/config/command_line.h"
#include "gateway/config/gateway_config.h"

namespace otoroshi::gateway {

// `environment` is the process's (`environ`). A file that cannot be read is a problem like any other.
std::expected<GatewayConfig, Problems> load_config(const CommandLine& line, const char* const* environment);

}  // namespace otoroshi::gateway
