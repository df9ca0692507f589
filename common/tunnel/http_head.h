// Splits the head of an HTTP/1 message (RFC 9112) into its start line and header fields. Strict: what servers
// may read in different ways is refused. (pure)
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/result.h"

namespace otoroshi::tunnel {

// The same name at most once, names as first written: repeated ones are joined by ", " (Cookie by "; ").
using Headers = std::vector<std::pair<std::string, std::string>>;

// `name` in any letter case. nullopt: there is none.
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

struct SplitHead {
  std::string_view start_line;  // lies in the bytes given
  Headers headers;
  std::size_t bytes = 0;  // with the empty line at its end
};

// nullopt: the head is not complete yet. Fails (protocol) on line ends without CR, folded lines, control
// characters, lines without a name and two Host fields; (limit) on a head larger than max_head, or with more
// than 256 fields. `writer` is who wrote the head.
Result<std::optional<SplitHead>> split_head(Bytes so_far, Side writer);

// "the HTTP request" or "the HTTP answer", for sentences.
std::string_view message_of(Side writer);

}  // namespace otoroshi::tunnel
