#include "common/base/read_file.h"

#include <cerrno>
#include <fstream>
#include <system_error>

namespace otoroshi {
namespace {

constexpr std::size_t max_file_size = 64 * 1024 * 1024;
constexpr std::size_t piece_size = 64 * 1024;

std::unexpected<Error> unreadable(const std::string& why) {
  return fail(ErrorCode::bad_input, Side::gateway, "cannot be read: " + why);
}

}  // namespace

// Piece by piece and not by the size of the file: it may be a pipe, as in --config <(make-config).
Result<std::string> read_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  while (file) {
    auto size = text.size();
    text.resize(size + piece_size);
    file.read(text.data() + size, piece_size);
    text.resize(size + static_cast<std::size_t>(file.gcount()));
    if (text.size() > max_file_size) return unreadable("it is larger than 64 MiB");
  }
  if (!file.eof()) return unreadable(std::generic_category().message(errno));
  return text;
}

}  // namespace otoroshi
