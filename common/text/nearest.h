// "Did you mean ...?": the known word that a mistyped one is closest to.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace otoroshi {

// The word with the fewest changes: a letter that is wrong, missing or too much, or two neighbours swapped.
// nullopt if even that one has more changes than a third of its letters, for then a guess misleads. Letter
// case does not count.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace otoroshi
