// DomainPattern is one rule's `domain`, read: which of the three notations it is (see domain_matcher.h) and
// what remains of it then. A regular expression that says no more than a name or a wildcard could, such as
// `.*read.*` or `^www\.example\.com$`, comes out as that, because those are found much faster.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace otoroshi {

struct DomainPattern {
  enum class Kind : std::uint8_t { exact, wildcard, regex };

  Kind kind = Kind::exact;
  std::string text;  // exact and wildcard: in lower case; regex: the expression as it was written

  friend bool operator==(const DomainPattern&, const DomainPattern&) = default;
};

// Fails only on an empty pattern: whether an expression compiles is for the one who compiles it to say.
Result<DomainPattern> parse_domain_pattern(std::string_view pattern);

// The form in which names are compared: ASCII letters in lower case and no trailing dot.
std::string to_domain_key(std::string_view name);

}  // namespace otoroshi
