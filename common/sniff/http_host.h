// Reads the host out of the request head with which an HTTP/1 client begins (RFC 9112). (pure)
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "common/base/bytes.h"
#include "common/sniff/verdict.h"

namespace otoroshi {

// A head that does not end within so many is malformed.
constexpr std::size_t max_http_head_bytes = 16 * 1024;

struct HttpHead {
  // Lower case, without port, IPv6 without brackets, no trailing dot. nullopt: the client named none.
  std::optional<std::string> host;
  friend bool operator==(const HttpHead&, const HttpHead&) = default;
};

// NotThis as soon as a byte cannot belong to `METHOD target HTTP/1.x`; HTTP/2's preface is NotThis, too.
// Malformed: a head that servers may read in different ways (two Host fields, folded lines, a space before
// the colon, control characters), a host that is none, or a head larger than max_http_head_bytes. An absolute
// request target and CONNECT's authority win over Host (RFC 9112 section 3.2.2).
Verdict<HttpHead> inspect_http_head(Bytes so_far);

}  // namespace otoroshi
