// DomainPattern is one rule's `domain`, read: which of the three notations it is (see domain_matcher.h) and
// what remains of it then. A regular expression that says no more than a name or a wildcard could, such as
// `.*read.*` or `^www\.example\.com$`, comes out as that, because those are found much faster.
#pragma once

#include <array>
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

// The form in which names are compared: ASCII letters in lower case and no trailing dot. Holds no more memory
// than itself for any name that DNS knows.
class DomainKey {
 public:
  explicit DomainKey(std::string_view name);
  DomainKey(const DomainKey&) = delete;
  DomainKey& operator=(const DomainKey&) = delete;

  std::string_view view() const { return view_; }

 private:
  std::array<char, 256> short_;  // a name has at most 253 characters (RFC 1035 section 2.3.4)
  std::string long_;
  std::string_view view_;
};

}  // namespace otoroshi
