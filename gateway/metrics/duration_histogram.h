// How long something took, counted by size: a Prometheus histogram in plain integers. Copied and added up
// when it is read; whoever owns it says which thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace otoroshi::gateway {

class DurationHistogram {
 public:
  using Duration = std::chrono::nanoseconds;

  // A duration belongs to the first bound that is not smaller than it, or to none of them. One row for all
  // that is measured, from a dial on the same machine to the limits that the settings have by default.
  static constexpr std::array<std::chrono::microseconds, 14> bounds = {
      std::chrono::microseconds(500), std::chrono::milliseconds(1),   std::chrono::microseconds(2'500),
      std::chrono::milliseconds(5),   std::chrono::milliseconds(10),  std::chrono::milliseconds(25),
      std::chrono::milliseconds(50),  std::chrono::milliseconds(100), std::chrono::milliseconds(250),
      std::chrono::milliseconds(500), std::chrono::seconds(1),        std::chrono::milliseconds(2'500),
      std::chrono::seconds(5),        std::chrono::seconds(10)};

  void record(Duration took) {
    std::size_t place = 0;
    while (place < bounds.size() && took > bounds[place]) ++place;
    ++counts_[place];
    sum_ += took;
  }

  void add(const DurationHistogram& other) {
    for (std::size_t place = 0; place < counts_.size(); ++place) counts_[place] += other.counts_[place];
    sum_ += other.sum_;
  }

  // By bound; the last one is of those longer than all bounds. Not cumulative.
  const std::array<std::uint64_t, bounds.size() + 1>& counts() const { return counts_; }
  Duration sum() const { return sum_; }

 private:
  std::array<std::uint64_t, bounds.size() + 1> counts_{};
  Duration sum_{};
};

}  // namespace otoroshi::gateway
