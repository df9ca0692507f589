#include "tests/bench/load_generator/proxy_process.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace otoroshi::bench {
namespace {

// First field of schedstat (Documentation/scheduler/sched-stats.rst in Linux): nanoseconds on a core. It is
// exact where utime and stime of /proc/PID/stat are sampled at every tick.
double cpu_seconds(pid_t pid) {
  std::uint64_t total = 0;
  std::error_code error;
  for (const auto& thread :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", error)) {
    std::ifstream file(thread.path() / "schedstat");
    std::uint64_t nanoseconds = 0;
    if (file >> nanoseconds) total += nanoseconds;
  }
  if (total == 0) die("cannot read the processor time of process " + std::to_string(pid));
  return static_cast<double>(total) / 1e9;
}

}  // namespace

std::uint64_t resident_bytes(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Rss:")) return std::stoull(line.substr(4)) * 1024;
  }
  die("cannot read the memory of process " + std::to_string(pid));
}

Meter::Meter(pid_t proxy)
    : proxy_(proxy),
      began_(Clock::now()),
      proxy_before_(cpu_seconds(proxy)),
      load_before_(cpu_seconds(getpid())) {}

double Meter::seconds() const {
  return std::chrono::duration<double>(Clock::now() - began_).count();
}
double Meter::proxy_cpu_seconds() const {
  return cpu_seconds(proxy_) - proxy_before_;
}
double Meter::load_cpu_seconds() const {
  return cpu_seconds(getpid()) - load_before_;
}

}  // namespace otoroshi::bench
