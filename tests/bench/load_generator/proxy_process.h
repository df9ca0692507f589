#pragma once

#include <sys/types.h>

#include <cstdint>

#include "tests/bench/load_generator/event_loop.h"

namespace otoroshi::bench {

// Resident memory of a process in bytes, exact (smaps_rollup; VmRSS of `status` is counted in batches per
// core).
std::uint64_t resident_bytes(pid_t pid);

// What a piece of work has cost since the meter was made.
class Meter {
 public:
  explicit Meter(pid_t proxy);

  double seconds() const;
  double proxy_cpu_seconds() const;  // all threads of the proxy
  double load_cpu_seconds() const;   // this program; close to seconds(): the load side was the limit

 private:
  pid_t proxy_;
  Clock::time_point began_;
  double proxy_before_;
  double load_before_;
};

}  // namespace otoroshi::bench
