#include "gateway/store/kept_secret.h"

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
#include "gateway/store/data_folder.h"

namespace otoroshi::gateway {
namespace {

constexpr std::size_t random_bytes = 32;

// One secret and the file that it is kept in.
class SecretFile {
 public:
  SecretFile(const std::string& data_dir, const KeptSecret& secret)
      : folder_(data_dir), path_((std::filesystem::path(data_dir) / secret.file).string()), secret_(secret) {}

  bool exists() const {
    std::error_code ignored;  // what cannot be looked at cannot be made either, and that is told
    return std::filesystem::exists(path_, ignored);
  }

  Result<std::string> read() const {
    auto text = read_file(path_);
    if (!text) return cannot_keep(text.error().sentence);
    while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
    if (text->empty()) return cannot_keep("the file is empty");
    return text;
  }

  Result<void> make() const {
    auto text = new_text();
    if (!text) return std::unexpected(text.error());
    if (auto made = make_data_folder(folder_); !made) return cannot_keep(made.error().sentence);
    if (auto written = write_new(*text); !written) return written;
    if (auto synced = sync_folder(folder_); !synced) return cannot_keep(synced.error().sentence);
    spdlog::info("a new {} is in {}", secret_.description, path_);
    return {};
  }

 private:
  std::unexpected<Error> cannot_keep(const std::string& why) const {
    return fail(ErrorCode::bad_input, Side::gateway,
                "the " + secret_.description + " cannot be kept in '" + path_ + "': " + why +
                    "; mend that, or set " + secret_.setting + ", and nothing is kept");
  }

  Result<std::string> new_text() const {
    std::array<unsigned char, random_bytes> random{};
    if (::RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
      return cannot_keep("there are no random numbers");
    auto text = secret_.prefix;
    for (const auto byte : random) append_hex(text, byte);
    return text;
  }

  // The file appears under its name only when it is complete. Of two processes that make it at once the first
  // one's stays.
  Result<void> write_new(const std::string& text) const {
    auto temporary = path_ + ".XXXXXX";
    const SocketHandle file(::mkstemp(temporary.data()));  // mode 0600
    if (!file) return cannot_keep(std::strerror(errno));
    const bool is_there = write_all(file.get(), text + '\n') &&
                          (::link(temporary.c_str(), path_.c_str()) == 0 || errno == EEXIST);
    const auto error = errno;
    ::unlink(temporary.c_str());
    if (!is_there) return cannot_keep(std::strerror(error));
    return {};
  }

  static bool write_all(int file, const std::string& text) {
    return ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  }

  const std::string& folder_;
  const std::string path_;
  const KeptSecret& secret_;
};

}  // namespace

Result<std::string> kept_secret(const std::string& data_dir, const KeptSecret& secret) {
  const SecretFile file(data_dir, secret);
  if (!file.exists()) {
    if (auto made = file.make(); !made) return std::unexpected(made.error());
  }
  return file.read();
}

}  // namespace otoroshi::gateway
