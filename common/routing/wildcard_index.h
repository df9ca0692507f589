// WildcardIndex finds the first of many wildcards that matches a name. `*.example.com` is found by walking
// the name from its end, `*text*` by its text; any other wildcard by the part of it that the fewest other
// wildcards have, and is then compared. Names and wildcards are domain keys (domain_pattern.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/routing/atom_search.h"

namespace otoroshi {

// `*` stands for any characters, also none; everything else for itself.
bool matches_wildcard(std::string_view wildcard, std::string_view name);

// Immutable once built, so any thread may call find().
class WildcardIndex {
 public:
  struct Wildcard {
    std::string text;  // contains a `*`
    std::uint32_t index;
  };

  explicit WildcardIndex(const std::vector<Wildcard>& in_order_of_index);

  // The lowest index below `limit` whose wildcard matches, else `limit`.
  std::uint32_t find(std::string_view name, std::uint32_t limit) const;

 private:
  class Builder;

  // What it means that a text was found in a name.
  struct Finding {
    std::uint32_t proven;              // the lowest index that now is known to match
    std::vector<Wildcard> candidates;  // in order of index
  };

  explicit WildcardIndex(Builder builder);

  std::uint32_t matches_all_;  // the index of `*`
  AtomSearch suffixes_;        // of `*suffix`, backwards
  std::vector<std::uint32_t> suffix_index_;
  AtomSearch parts_;
  std::vector<Finding> findings_;  // by part
};

}  // namespace otoroshi
