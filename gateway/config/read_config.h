// Makes a GatewayConfig out of a configuration file, the environment and flags. Pure: text in, values or
// every problem out. A flag beats the environment, the environment the file, and the file the default.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "gateway/config/gateway_config.h"

namespace otoroshi::gateway {

// Settings that the command line can say.
struct ConfigFlags {
  std::optional<LogLevel> log_level;
  std::optional<LogFormat> log_format;
  bool import_replace = false;  // true beats the file; the flag cannot switch it off
};

// `text` is JSON with comments and trailing commas allowed. `file_name` is where it came from: it stands in
// front of problems, and its folder in front of relative paths; "" = there is no file. `environment` holds
// "NAME=value"; names that do not begin with GATEWAY_ are passed over. Paths in the environment are relative
// to the working directory.
std::expected<GatewayConfig, Problems> read_config(std::string_view text, const std::string& file_name,
                                                   std::span<const std::string> environment = {},
                                                   const ConfigFlags& flags = {});

}  // namespace otoroshi::gateway
