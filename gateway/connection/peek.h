// Looking at a client's first bytes, which are put back afterwards: which protocol, and which name it asks
// for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/net/stream.h"
#include "common/net/task.h"
#include "common/net/worker.h"

namespace otoroshi::gateway {

enum class PeekFor : std::uint8_t {
  http_host,        // tls Disabled: the Host of an HTTP/1 head
  tls_server_name,  // tls PassThrough: the whole ClientHello, behind PostgreSQL's SSLRequest or not
  tls_begin,        // tls Enabled: only whether TLS begins, OpenSSL reads the hello itself
};

struct Peeked {
  enum class Protocol : std::uint8_t {
    none,   // no byte came in time
    other,  // bytes that are not the expected protocol
    http,
    tls,
    postgres,  // a StartupMessage without TLS
    postgres_cancel,
  };
  Protocol protocol = Protocol::none;
  bool after_ssl_request = false;   // TLS was begun the PostgreSQL way: the client has its 'S' already
  bool gssenc_refused = false;      // the client asked for GSSAPI encryption first and has its 'N'
  std::optional<std::string> name;  // normalised
  std::vector<std::byte> bytes;     // what was read, to be delivered to whoever comes next
  std::optional<Error> problem;     // the connection must be refused; `protocol` says in which words
};

// Never reads more than the sniffers' limits and what came along. PostgreSQL's questions for encryption are
// answered on the way. `limit` bounds it: a client that has sent nothing by then is Protocol::none, one in
// the middle is a problem.
Task<Peeked> peek(Worker& worker, Stream& client, PeekFor what, Clock::duration limit);

}  // namespace otoroshi::gateway
