// "Did you mean ...?": the known word that a mistyped one is closest to.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace otoroshi {

// The word with the fewest changed, missing, extra or swapped-case letters; nullopt if even that one differs
// in more than a third of its letters, for then a guess misleads. Letter case does not count.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace otoroshi
