#include "common/net/port_holder.h"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>

namespace otoroshi {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

// Adds "socket:[INODE]" of each listening socket on the port. A line of the table is, by columns:
//   0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0  0 48123 ...
void add_sockets(const char* table, std::uint16_t port, Names& sockets) {
  constexpr std::string_view listening = "0A";
  std::ifstream file(table);
  std::string line;
  std::getline(file, line);  // the headings
  while (std::getline(file, line)) {
    std::istringstream columns(line);
    std::string number, local, remote, state, queues, timer, retries, user, timeout, inode;
    columns >> number >> local >> remote >> state >> queues >> timer >> retries >> user >> timeout >> inode;
    if (!columns || state != listening) continue;
    const auto digits = std::string_view(local).substr(local.find(':') + 1);
    unsigned local_port = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), local_port, 16);
    if (local_port == port) sockets.insert("socket:[" + inode + "]");
  }
}

bool has_one_of(const fs::path& process, const Names& sockets) {
  std::error_code denied;
  for (fs::directory_iterator file(process / "fd", denied), end; !denied && file != end;
       file.increment(denied)) {
    std::error_code gone;
    if (sockets.contains(fs::read_symlink(file->path(), gone).string())) return true;
  }
  return false;
}

std::string name_of(const fs::path& process) {
  std::string name;
  std::ifstream file(process / "comm");
  std::getline(file, name);
  return name;
}

}  // namespace

std::optional<std::string> port_holder(std::uint16_t port) {
  Names sockets;
  add_sockets("/proc/net/tcp", port, sockets);
  add_sockets("/proc/net/tcp6", port, sockets);
  if (sockets.empty()) return std::nullopt;
  std::error_code denied;
  for (fs::directory_iterator process("/proc", denied), end; !denied && process != end;
       process.increment(denied)) {
    const auto id = process->path().filename().string();
    if (id.find_first_not_of("0123456789") != id.npos || !has_one_of(process->path(), sockets)) continue;
    if (id == std::to_string(::getpid())) return "this program itself";
    return name_of(process->path()) + " (process " + id + ")";
  }
  return std::nullopt;
}

}  // namespace otoroshi
