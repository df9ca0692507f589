// What the process has taken of the machine, as Linux tells it in /proc.
#pragma once

#include <cstdint>

namespace otoroshi::gateway {

struct ProcessUsage {
  double cpu_seconds = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t descriptor_limit = 0;
  std::uint64_t resident_bytes = 0;
  double start_time = 0;  // seconds since 1970
};

// What cannot be read is 0. Reads a folder with an entry for each descriptor.
ProcessUsage process_usage();

}  // namespace otoroshi::gateway
