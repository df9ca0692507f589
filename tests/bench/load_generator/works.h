#pragma once

#include <cstdint>
#include <vector>

#include "tests/bench/load_generator/client.h"
#include "tests/bench/load_generator/proxy_process.h"

namespace otoroshi::bench {

// The pieces of work. Each starts the target, sends clients through the proxy, and returns what it measured
// by name.

struct WorkOptions {
  Mode mode = Mode::plain;
  std::uint16_t proxy_port = 0;
  std::uint16_t target_port = 0;
  Processes proxy;              // whose processor time and memory is read
  unsigned connections = 1;     // at the same time
  unsigned names = 1;           // different server names (PassThrough)
  double gib = 1;               // bulk: in all
  double seconds = 1;           // connections, trips
  double trips_per_second = 0;  // of each connection; 0: one behind the other
  double settle_seconds = 0;    // trips: go on for so long before they count
};

// A run that takes longer than this has hung.
constexpr auto kLongestRun = std::chrono::seconds(60);

Measured bulk_up(const WorkOptions& options);      // clients send, the target drops
Measured bulk_down(const WorkOptions& options);    // the target sends, clients drop
Measured connections(const WorkOptions& options);  // connect, handshake, a byte there and back, close; again
Measured round_trips(const WorkOptions& options);  // 64 bytes there and back on connections that stay
Measured idle_memory(const WorkOptions& options);  // the proxy's memory for connections that stay silent

// Median and other quantiles (0 … 1) of `samples`, which it sorts partly. 0 if there are none.
double quantile(std::vector<double>& samples, double fraction);

}  // namespace otoroshi::bench
