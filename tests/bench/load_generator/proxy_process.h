#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/load_generator/event_loop.h"

namespace otoroshi::bench {

// What a piece of work measured, by name.
using Measured = std::vector<std::pair<std::string, double>>;

// The processes under test by name: a tunnel has two, its client and its server.
using Processes = std::vector<std::pair<std::string, pid_t>>;

// Adds `values`, one a process, as `key`: all together, and as "NAME.key" each if there are several.
void add_by_process(Measured& measured, const std::string& key, const Processes& processes,
                    const std::vector<double>& values);

// Resident memory of each process in bytes, exact (smaps_rollup; VmRSS of `status` is counted in batches per
// core).
std::vector<double> resident_bytes(const Processes& processes);

// What a piece of work has cost since the meter was made.
class Meter {
 public:
  explicit Meter(const Processes& proxy);

  double seconds() const;
  // Adds the processor seconds of the proxy times `scale`: all its threads and children.
  void add_proxy_cpu(Measured& measured, const std::string& key, double scale) const;
  double load_cpu_seconds() const;  // this program; close to seconds(): the load side was the limit

 private:
  const Processes& proxy_;
  Clock::time_point began_;
  std::vector<double> proxy_before_;
  double load_before_;
};

}  // namespace otoroshi::bench
