#include "gateway/metrics/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <string>

namespace otoroshi::gateway {
namespace {

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::uint64_t open_descriptors() {
  std::error_code failed;
  const std::filesystem::directory_iterator entries("/proc/self/fd", failed);
  if (failed) return 0;
  const auto count = std::distance(begin(entries), end(entries));
  return static_cast<std::uint64_t>(count) - 1;  // without the folder that was opened to count
}

std::uint64_t descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// Seconds since 1970 at which the machine started.
double boot_time() {
  std::ifstream stat("/proc/stat");
  for (std::string line; std::getline(stat, line);) {
    std::istringstream words(line);
    std::string key;
    double seconds = 0;
    if (words >> key >> seconds && key == "btime") return seconds;
  }
  return 0;
}

// proc(5): the 22nd field, in clock ticks since boot. The second is the program's name in parentheses, and
// may hold anything.
double start_time() {
  std::ifstream stat("/proc/self/stat");
  std::string text(std::istreambuf_iterator<char>(stat), {});
  std::istringstream behind_name(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 22; ++field) behind_name >> skipped;
  double ticks = 0;
  behind_name >> ticks;
  return boot_time() + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

ProcessUsage process_usage() {
  return {cpu_seconds(), open_descriptors(), descriptor_limit(), resident_bytes(), start_time()};
}

}  // namespace otoroshi::gateway
