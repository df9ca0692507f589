// "10m", "64KiB": a whole number and a unit out of a table. The shared half of duration and byte_size.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace otoroshi {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// What a kind of quantity may look like. `units` are in descending order, so that the longest unit prints.
struct Quantity {
  std::string_view what;     // for sentences: "a duration"
  std::string_view example;  // for sentences: "\"250ms\", \"5s\""
  std::span<const Unit> units;
  std::uint64_t largest;
  std::string_view largest_text;  // `largest` as a person writes it
};

// A bare number is allowed if there is a unit without a name, and "0" always is.
Result<std::uint64_t> parse_quantity(std::string_view text, const Quantity& quantity);

// With the largest unit that divides the value, so that parse_quantity() gives the same value back.
std::string quantity_text(std::uint64_t value, const Quantity& quantity);

}  // namespace otoroshi
