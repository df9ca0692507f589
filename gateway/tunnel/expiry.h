// When keys and sessions expire, as Otoroshi writes it. (pure)
#pragma once

#include <chrono>
#include <cstdint>

namespace otoroshi::gateway {

// Not by a time_point, whose nanoseconds end in the year 2262: who wants a key for ever writes the year 9999.
inline bool has_passed(std::int64_t milliseconds_since_1970, std::chrono::system_clock::time_point now) {
  using std::chrono::milliseconds;
  return std::chrono::floor<milliseconds>(now).time_since_epoch().count() >= milliseconds_since_1970;
}

}  // namespace otoroshi::gateway
