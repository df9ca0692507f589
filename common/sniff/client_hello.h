// Reads the server name out of the ClientHello with which a TLS client begins (RFC 8446 sections 4.1.2
// and 5.1, RFC 5246 section 7.4.1.2), whatever number of segments and records it comes in. (pure)
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>

#include "common/base/bytes.h"
#include "common/sniff/verdict.h"

namespace otoroshi {

// A hello that is not complete within so many bytes on the wire, record headers included, is malformed.
// Hellos with post-quantum key shares have about 2 KiB; a session ticket may add 64 KiB by the standard,
// never in life.
constexpr std::size_t max_hello_bytes = 64 * 1024;

struct ClientHello {
  std::optional<std::string> server_name;  // lower case, no trailing dot; nullopt: the client sent none
  std::size_t bytes_on_wire = 0;           // where the last record of the hello ends

  friend bool operator==(const ClientHello&, const ClientHello&) = default;
};

// NotThis: the first byte is not that of a handshake record (an SSLv2 hello included).
// Malformed: not a ClientHello, or one that breaks its own lengths, names its server twice or by an
// impossible name, shares a record with another message, or is larger than max_hello_bytes. Costs O(records
// seen so far) until the hello is complete, and allocates nothing before that.
Verdict<ClientHello> inspect_client_hello(Bytes so_far);

// The host name in the body of a server_name extension (RFC 6066 section 3); nullopt: only names of other
// types.
std::expected<std::optional<std::string>, Malformed> read_server_name_extension(Bytes body);

}  // namespace otoroshi
