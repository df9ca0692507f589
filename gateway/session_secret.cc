#include "gateway/session_secret.h"

#include <openssl/rand.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "common/base/read_file.h"
#include "common/net/socket_handle.h"
#include "common/text/hex.h"

namespace otoroshi::gateway {
namespace {

constexpr std::size_t random_bytes = 32;

std::unexpected<Error> cannot_keep(const std::string& path, const std::string& why) {
  return fail(ErrorCode::bad_input, Side::gateway,
              "the secret that signs session tokens cannot be kept in '" + path + "': " + why +
                  "; mend that, or set \"secret\" (GATEWAY_SECRET), and nothing is kept");
}

Result<std::string> read_secret(const std::string& path) {
  auto text = read_file(path);
  if (!text) return cannot_keep(path, text.error().sentence);
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  if (text->empty()) return cannot_keep(path, "the file is empty");
  return text;
}

Result<std::string> new_secret(const std::string& path) {
  std::array<unsigned char, random_bytes> random{};
  if (::RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
    return cannot_keep(path, "there are no random numbers");
  std::string secret;
  for (const auto byte : random) append_hex(secret, byte);
  return secret;
}

bool write_all(int file, const std::string& text) {
  return ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
}

// The file appears under its name only when it is complete. Of two processes that make it at once the first
// one's stays.
Result<void> write_new(const std::string& path, const std::string& secret) {
  auto temporary = path + ".XXXXXX";
  const SocketHandle file(::mkstemp(temporary.data()));  // mode 0600
  if (!file) return cannot_keep(path, std::strerror(errno));
  const bool is_there = write_all(file.get(), secret + '\n') &&
                        (::link(temporary.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const auto error = errno;
  ::unlink(temporary.c_str());
  if (!is_there) return cannot_keep(path, std::strerror(error));
  return {};
}

}  // namespace

Result<std::string> kept_session_secret(const std::string& data_dir) {
  const auto path = (std::filesystem::path(data_dir) / "secret").string();
  std::error_code ignored;  // what cannot be looked at cannot be made either, and that is told
  if (std::filesystem::exists(path, ignored)) return read_secret(path);

  const auto secret = new_secret(path);
  if (!secret) return secret;
  if (::mkdir(data_dir.c_str(), 0700) != 0 && errno != EEXIST) return cannot_keep(path, std::strerror(errno));
  if (auto written = write_new(path, *secret); !written) return std::unexpected(written.error());
  spdlog::info("a new secret that signs session tokens is in {}", path);
  return read_secret(path);
}

}  // namespace otoroshi::gateway
