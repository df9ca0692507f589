// TargetGroup is the targets of one rule and what all workers together know of them: whose turn it is, and
// which of them failed lately.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "common/model/tcp_service.h"

namespace otoroshi {

// The order in which one connection tries the targets of a group: indexes, each once. Holds no more memory
// than itself for up to inline_capacity targets.
class TargetOrder {
 public:
  static constexpr std::size_t inline_capacity = 8;

  explicit TargetOrder(std::size_t count);

  std::span<std::uint32_t> indexes();
  std::span<const std::uint32_t> indexes() const;
  const std::uint32_t* begin() const { return indexes().data(); }
  const std::uint32_t* end() const { return begin() + count_; }
  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }

 private:
  std::size_t count_;
  std::array<std::uint32_t, inline_capacity> inline_;
  std::vector<std::uint32_t> heap_;
};

// Shared by all workers; every member may be called from any thread at any time. Lives in the ServiceTable
// and is carried over to the next table when its rule did not change, so that what is known of its targets
// survives.
class TargetGroup {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // A target that failed is skipped for first_skip, and for twice as long after each further failure in a
  // row.
  static constexpr std::chrono::seconds first_skip{1};
  static constexpr std::chrono::seconds longest_skip{30};

  explicit TargetGroup(std::vector<Target> targets);

  const std::vector<Target>& targets() const { return targets_; }

  // The targets in turn (round robin), those that are being skipped last: they are tried only when all others
  // have failed. Every call is one turn.
  TargetOrder candidates(Time now);

  // The target refused or did not answer in time. Not for failures of side `gateway`.
  void mark_failed(std::size_t target, Time now);
  void mark_good(std::size_t target);

 private:
  struct Health {
    std::atomic<Time::rep> skipped_until{Time::min().time_since_epoch().count()};
    std::atomic<std::uint32_t> failures{0};  // in a row
  };

  bool is_skipped(std::size_t target, Time now) const;

  std::vector<Target> targets_;
  std::unique_ptr<Health[]> health_;
  std::atomic<std::uint32_t> turn_{0};
};

using TargetGroupPtr = std::shared_ptr<TargetGroup>;

}  // namespace otoroshi
