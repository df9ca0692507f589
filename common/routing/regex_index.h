// RegexIndex finds the first of many regular expressions that matches a name. re2::FilteredRE2 tells which
// literals ("atoms") an expression requires; only the expressions whose atoms a name has are tried, in order.
#pragma once

#include <re2/filtered_re2.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/routing/atom_search.h"

namespace otoroshi {

// Whether the expression can be compiled; the sentence holds RE2's message.
Result<void> check_regex(const std::string& regex);

// Immutable once built, so any thread may call find(). RE2 builds its automata while it is used: the first
// name that an expression is tried on costs some microseconds more.
class RegexIndex {
 public:
  struct Regex {
    std::string text;
    std::uint32_t index;
  };

  explicit RegexIndex(std::size_t min_atom_length);

  // In order of index. Fails if the expression does not compile.
  Result<void> add(const Regex& regex);

  // After the last add() and before the first find().
  void compile();

  // The indexes of the expressions that require no atom and are therefore tried on every name.
  std::vector<std::uint32_t> slow_ones() const;

  // The lowest index below `limit` whose expression matches, else `limit`.
  std::uint32_t find(std::string_view name, std::uint32_t limit) const;

 private:
  re2::FilteredRE2 filter_;
  std::vector<std::uint32_t> indexes_;  // by FilteredRE2's id of the expression
  std::vector<int> without_atoms_;      // ids
  AtomSearch atoms_;
};

}  // namespace otoroshi
