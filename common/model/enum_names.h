// The names of an enumeration's values in JSON: one table that reading, writing and messages share.
//   inline constexpr EnumName<Colour> colour_names[] = {{Colour::red, "Red"}, {Colour::blue, "Blue"}};
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "common/text/ascii.h"

namespace otoroshi {

template <class Enum>
struct EnumName {
  Enum value;
  std::string_view name;
};

template <class Enum>
using EnumNames = std::span<const EnumName<Enum>>;

template <class Enum>
std::string_view name_in(EnumNames<Enum> names, Enum value) {
  const auto found = std::ranges::find(names, value, &EnumName<Enum>::value);
  return found == names.end() ? "?" : found->name;
}

// Letter case does not count.
template <class Enum>
std::optional<Enum> value_in(EnumNames<Enum> names, std::string_view name) {
  const auto same = [&](const auto& entry) { return equal_ignoring_case(entry.name, name); };
  const auto found = std::ranges::find_if(names, same);
  return found == names.end() ? std::nullopt : std::optional(found->value);
}

}  // namespace otoroshi
