#include "gateway/config/load_config.h"

#include <vector>

#include "common/base/read_file.h"

namespace otoroshi::gateway {

std::expected<GatewayConfig, Problems> load_config(const CommandLine& line, const char* const* environment) {
  std::vector<std::string> variables;
  for (; *environment; ++environment) variables.emplace_back(*environment);
  if (line.config_file.empty()) return read_config("", "", variables, line.flags);
  auto text = read_file(line.config_file);
  if (!text) return std::unexpected(Problems{{line.config_file, text.error().sentence}});
  return read_config(*text, line.config_file, variables, line.flags);
}

}  // namespace otoroshi::gateway
