// DomainMatcher answers the question "which of these patterns is the first that matches this name?" for tens
// of thousands of patterns in microseconds, whatever the name. Names are server names (SNI) or HTTP hosts.
//
// Notation of a pattern (letter case never matters, a trailing dot of the name is ignored):
//   Regex(...)                     a regular expression
//   Wildcard(...)                  a wildcard: `*` stands for any characters, also none, all else for itself
//   only [A-Za-z0-9._-]            that very name
//   `*`, then only [A-Za-z0-9._*-] a wildcard
//   anything else                  a regular expression: RE2 syntax, over the whole name, `.` is any byte
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace otoroshi {

// Whether `pattern` can be used as a rule's domain. The sentence tells what is wrong, with RE2's own message.
Result<void> check_domain(std::string_view pattern);

// Immutable once built, so any thread may call find(). Building takes about 30 us a regular expression and
// is no work for a thread that serves connections.
class DomainMatcher {
 public:
  // A regular expression that requires no literal text of min_atom_length characters cannot be found through
  // its text and is tried for every name. More than max_slow_patterns of these are an error.
  static constexpr std::size_t min_atom_length = 3;
  static constexpr std::size_t max_slow_patterns = 64;

  struct BadPattern {
    std::size_t index;
    std::string why;
  };
  // As an Error it speaks of the first of them.
  struct Refused : Error {
    std::vector<BadPattern> patterns;
  };

  // Fails on the first pattern that cannot be used, and on all slow ones that are too many.
  static std::expected<DomainMatcher, Refused> build(std::vector<std::string> patterns);

  DomainMatcher(DomainMatcher&&) noexcept;
  DomainMatcher& operator=(DomainMatcher&&) noexcept;
  ~DomainMatcher();

  // The lowest index whose pattern matches the name.
  std::optional<std::size_t> find(std::string_view name) const;

 private:
  struct Indexes;
  explicit DomainMatcher(std::unique_ptr<const Indexes> indexes);

  std::unique_ptr<const Indexes> indexes_;
};

}  // namespace otoroshi
