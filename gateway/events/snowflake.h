// Ids as Otoroshi writes them in events: 64-bit numbers that grow with time, unique without a shared counter.
// Bits from the top: 1 unused, 41 of milliseconds since 2010-11-04 01:42:54.657 UTC, 10 of generator, 12 of
// sequence.
#pragma once

#include <chrono>
#include <cstdint>

namespace otoroshi::gateway {

// One per worker, used by that thread only; the generator number keeps two workers apart.
class SnowflakeIds {
 public:
  explicit SnowflakeIds(std::uint32_t generator) : generator_(generator & 0x3ff) {}

  // Unique per generator even if the clock steps back or more than 4096 ids are asked for in a millisecond:
  // then the id borrows from the next millisecond.
  std::uint64_t next(std::chrono::system_clock::time_point now) {
    using std::chrono::milliseconds;
    auto since_1970 = std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count();
    auto first_of_now = static_cast<std::uint64_t>(since_1970 - epoch) << sequence_bits;
    tick_ = tick_ < first_of_now ? first_of_now : tick_ + 1;
    auto sequence = tick_ & ((1u << sequence_bits) - 1);
    return (tick_ >> sequence_bits) << (generator_bits + sequence_bits) | generator_ << sequence_bits |
           sequence;
  }

 private:
  static constexpr std::int64_t epoch = 1288834974657;
  static constexpr unsigned generator_bits = 10;
  static constexpr unsigned sequence_bits = 12;

  std::uint64_t generator_;
  std::uint64_t tick_ = 0;  // milliseconds and sequence of the last id
};

}  // namespace otoroshi::gateway
