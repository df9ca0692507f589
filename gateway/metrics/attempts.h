// Things that are tried for every connection, a dial or a handshake: how long they took and how they failed.
// Plain integers, copied and added up when they are read; whoever owns them says which thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "common/base/result.h"
#include "gateway/metrics/duration_histogram.h"

namespace otoroshi::gateway {

class FailureCounts {
 public:
  void count(const Error& error) {
    ++counts_[std::to_underlying(error.code)][std::to_underlying(error.side)];
  }

  void add(const FailureCounts& other) {
    for (std::size_t code = 0; code < codes; ++code) {
      for (std::size_t side = 0; side < sides; ++side) counts_[code][side] += other.counts_[code][side];
    }
  }

  // visit(ErrorCode, Side, count) for what has happened at all.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (std::size_t code = 0; code < codes; ++code) {
      for (std::size_t side = 0; side < sides; ++side) {
        if (const auto count = counts_[code][side]; count != 0)
          visit(static_cast<ErrorCode>(code), static_cast<Side>(side), count);
      }
    }
  }

 private:
  static constexpr std::size_t codes = std::to_underlying(ErrorCode::io) + 1;  // the last of each
  static constexpr std::size_t sides = std::to_underlying(Side::gateway) + 1;

  std::array<std::array<std::uint64_t, sides>, codes> counts_{};
};

class Attempts {
 public:
  template <class T>
  void record(std::chrono::steady_clock::time_point begun, const Result<T>& outcome) {
    if (outcome) {
      durations_.record(std::chrono::steady_clock::now() - begun);
    } else {
      count_failure(outcome.error());
    }
  }
  void count_failure(const Error& error) { failures_.count(error); }

  void add(const Attempts& other) {
    durations_.add(other.durations_);
    failures_.add(other.failures_);
  }

  const DurationHistogram& durations() const { return durations_; }  // of those that succeeded
  const FailureCounts& failures() const { return failures_; }

 private:
  DurationHistogram durations_;
  FailureCounts failures_;
};

}  // namespace otoroshi::gateway
