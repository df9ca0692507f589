#include "tests/bench/load_generator/proxy_process.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <sstream>

namespace otoroshi::bench {
namespace {

std::filesystem::path proc(pid_t pid) {
  return "/proc/" + std::to_string(pid);
}

// Nanoseconds on a core of all threads, ended ones too; utime and stime of /proc/PID/stat are in ticks.
double own_seconds(pid_t pid) {
  clockid_t clock;
  timespec time;
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// Children that have ended: fields 16 and 17 of /proc/PID/stat (proc(5)), in ticks. Field 2, in parentheses,
// may hold blanks.
double ended_children_seconds(pid_t pid) {
  std::ifstream file(proc(pid) / "stat");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string skipped;
  for (int field = 3; field < 16; ++field) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double tree_seconds(pid_t pid) {
  double total = own_seconds(pid) + ended_children_seconds(pid);
  std::error_code gone;  // a child may end at any time
  for (const auto& thread : std::filesystem::directory_iterator(proc(pid) / "task", gone)) {
    std::ifstream children(thread.path() / "children");
    for (pid_t child = 0; children >> child;) total += tree_seconds(child);
  }
  return total;
}

double cpu_seconds(pid_t pid) {
  if (own_seconds(pid) <= 0) die("cannot read the processor time of process " + std::to_string(pid));
  return tree_seconds(pid);
}

double resident_bytes(pid_t pid) {
  std::ifstream file(proc(pid) / "smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Rss:")) return std::stod(line.substr(4)) * 1024;
  }
  die("cannot read the memory of process " + std::to_string(pid));
}

std::vector<double> each(const Processes& processes, double (*measure)(pid_t)) {
  std::vector<double> values;
  for (const auto& [name, pid] : processes) values.push_back(measure(pid));
  return values;
}

}  // namespace

void add_by_process(Measured& measured, const std::string& key, const Processes& processes,
                    const std::vector<double>& values) {
  measured.emplace_back(key, std::accumulate(values.begin(), values.end(), 0.0));
  if (processes.size() < 2) return;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    measured.emplace_back(processes[i].first + '.' + key, values[i]);
  }
}

std::vector<double> resident_bytes(const Processes& processes) {
  return each(processes, resident_bytes);
}

Meter::Meter(const Processes& proxy)
    : proxy_(proxy),
      began_(Clock::now()),
      proxy_before_(each(proxy, cpu_seconds)),
      load_before_(cpu_seconds(getpid())) {}

double Meter::seconds() const {
  return std::chrono::duration<double>(Clock::now() - began_).count();
}
void Meter::add_proxy_cpu(Measured& measured, const std::string& key, double scale) const {
  std::vector<double> spent = each(proxy_, cpu_seconds);
  for (std::size_t i = 0; i < spent.size(); ++i) spent[i] = (spent[i] - proxy_before_[i]) * scale;
  add_by_process(measured, key, proxy_, spent);
}
double Meter::load_cpu_seconds() const {
  return cpu_seconds(getpid()) - load_before_;
}

}  // namespace otoroshi::bench
