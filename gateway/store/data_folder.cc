#include "gateway/store/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <tuple>

namespace otoroshi::gateway {
namespace {

std::unexpected<Error> io_failure(std::string sentence) {
  return fail(ErrorCode::io, Side::gateway, std::move(sentence));
}

std::unexpected<Error> cannot_lock(const std::string& folder, const std::string& why) {
  return io_failure("the data folder '" + folder + "' cannot be used: " + why +
                    ", or name another folder in \"dataDir\" (GATEWAY_DATA_DIR)");
}

// What a process that was killed between lock and writing has left is an empty or a stale number, and a
// number is all that may be told of the file.
std::string holder_in(int file) {
  std::array<char, 16> text{};
  const auto size = ::pread(file, text.data(), text.size(), 0);
  const std::string_view read(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  return std::string(read.substr(0, read.find_first_not_of("0123456789")));
}

// Only for the sentence that another process may say: a full disk is no reason to fail.
void write_holder(int file) {
  const auto text = std::to_string(::getpid()) + '\n';
  if (::ftruncate(file, 0) == 0) std::ignore = ::pwrite(file, text.data(), text.size(), 0);
}

}  // namespace

Result<void> make_data_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return io_failure("the folder '" + path + "' cannot be made: " + std::strerror(errno));
}

Result<void> sync_folder(const std::string& path) {
  const SocketHandle folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // EINVAL: a file system that has no such thing.
  if (folder && (::fsync(folder.get()) == 0 || errno == EINVAL)) return {};
  return io_failure("the folder '" + path + "' cannot be written to the disk: " + std::strerror(errno));
}

Result<DataFolderLock> DataFolderLock::take(const std::string& folder) {
  if (auto made = make_data_folder(folder); !made)
    return cannot_lock(folder, made.error().sentence + "; mend that");
  const auto path = folder + "/lock";
  const auto cannot_open = [&] {
    return cannot_lock(folder, "'" + path + "': " + std::strerror(errno) + "; mend that");
  };
  SocketHandle file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return cannot_open();
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return cannot_open();
    const auto holder = holder_in(file.get());
    return cannot_lock(folder, "another gateway" + (holder.empty() ? "" : ", process " + holder + ',') +
                                   " has it; stop that one");
  }
  write_holder(file.get());
  return DataFolderLock(std::move(file));
}

}  // namespace otoroshi::gateway
