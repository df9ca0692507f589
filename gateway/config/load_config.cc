#include "gateway/config/load_config.h"

#include <cerrno>
#include <fstream>
#include <system_error>
#include <vector>

namespace otoroshi::gateway {
namespace {

constexpr std::size_t max_file_size = 64 * 1024 * 1024;
constexpr std::size_t piece_size = 64 * 1024;

}  // namespace

// Piece by piece and not by the size of the file: it may be a pipe, as in --config <(make-config).
Result<std::string> read_file(const std::string& path) {
  auto failed = [&path](const std::string& why) {
    return fail(ErrorCode::bad_input, Side::gateway, "cannot read '" + path + "': " + why);
  };
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  while (file) {
    auto size = text.size();
    text.resize(size + piece_size);
    file.read(text.data() + size, piece_size);
    text.resize(size + static_cast<std::size_t>(file.gcount()));
    if (text.size() > max_file_size) return failed("it is larger than 64 MiB");
  }
  if (!file.eof()) return failed(std::generic_category().message(errno));
  return text;
}

std::expected<GatewayConfig, Problems> load_config(const CommandLine& line, const char* const* environment) {
  std::vector<std::string> variables;
  for (; *environment; ++environment) variables.emplace_back(*environment);
  if (line.config_file.empty()) return read_config("", "", variables, line.flags);
  auto text = read_file(line.config_file);
  if (!text) return std::unexpected(Problems{{line.config_file, text.error().sentence}});
  return read_config(*text, line.config_file, variables, line.flags);
}

}  // namespace otoroshi::gateway
