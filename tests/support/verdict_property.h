// The promise of every inspect_*() function (common/sniff/verdict.h), for unit tests and fuzz targets alike:
// once it has decided, more bytes neither bring it back to NeedMore nor change the decision.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>

#include "common/base/bytes.h"
#include "common/sniff/verdict.h"

namespace otoroshi::test {

// The length of the first prefix of `input` whose verdict breaks the promise; nullopt: the promise holds.
// Each prefix is a heap block of its own, so that AddressSanitizer sees a read behind its end.
template <class Inspect>
std::optional<std::size_t> broken_promise_at(Inspect inspect, Bytes input) {
  const auto final_verdict = inspect(input);
  bool decided = false;
  for (std::size_t length = 0; length <= input.size(); ++length) {
    auto prefix = std::make_unique<std::byte[]>(length);
    std::copy_n(input.begin(), length, prefix.get());
    const auto verdict = inspect(Bytes(prefix.get(), length));
    decided = decided || !std::holds_alternative<NeedMore>(verdict);
    if (decided && !(verdict == final_verdict)) return length;
  }
  return std::nullopt;
}

// How many bytes `inspect` needs for its decision; nullopt: it has none yet.
template <class Inspect>
std::optional<std::size_t> decided_at(Inspect inspect, Bytes input) {
  for (std::size_t length = 0; length <= input.size(); ++length)
    if (!std::holds_alternative<NeedMore>(inspect(input.first(length)))) return length;
  return std::nullopt;
}

}  // namespace otoroshi::test
