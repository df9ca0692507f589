// What an inspection of the first bytes of a connection can say. Every inspect_*() is a pure function of all
// bytes seen so far and is simply called again when more have come.
// Promise of all of them: anything but NeedMore is final, more bytes never change it.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

namespace otoroshi {

// A prefix of what is looked for: read on.
struct NeedMore {
  friend bool operator==(NeedMore, NeedMore) = default;
};
// Another protocol.
struct NotThis {
  friend bool operator==(NotThis, NotThis) = default;
};
// Began as the protocol and then broke its rules, or went over a limit of ours. `why` is a static sentence.
struct Malformed {
  std::string_view why;
  friend bool operator==(Malformed, Malformed) = default;
};

using Flaw = std::optional<Malformed>;  // what a step of an inspection found wrong; nullopt: nothing

template <class Value>
using Verdict = std::variant<NeedMore, NotThis, Malformed, Value>;

}  // namespace otoroshi
