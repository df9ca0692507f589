#include "common/text/nearest.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "common/text/ascii.h"

namespace otoroshi {
namespace {

bool same_letter(char a, char b) {
  return ascii_lower(a) == ascii_lower(b);
}

// Damerau's distance in its restricted form (no letter is changed twice), by three rows of the table: row[j]
// is the distance of the first i letters of `from` to the first j of `to`.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1), row_before(row.size()), row_two_before(row.size());
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    row_two_before.swap(row_before);
    row_before.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const auto replaced = row_before[j - 1] + (same_letter(from[i - 1], to[j - 1]) ? 0 : 1);
      row[j] = std::min({replaced, row[j - 1] + 1, row_before[j] + 1});
      const bool swapped =
          i > 1 && j > 1 && same_letter(from[i - 1], to[j - 2]) && same_letter(from[i - 2], to[j - 1]);
      if (swapped) row[j] = std::min(row[j], row_two_before[j - 2] + 1);
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known) {
  constexpr std::size_t longest_guess = 64;  // the table costs word × known; no field of ours is longer
  if (word.size() > longest_guess) return std::nullopt;
  std::optional<std::string_view> best;
  std::size_t best_distance = 0;
  for (const auto candidate : known) {
    const auto steps = distance(word, candidate);
    if (steps * 3 > candidate.size() || (best && steps >= best_distance)) continue;
    best = candidate;
    best_distance = steps;
  }
  return best;
}

}  // namespace otoroshi
