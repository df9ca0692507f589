// The first message of a PostgreSQL connection, and the few answers the gateway gives itself. Wire format:
// the PostgreSQL documentation, chapter "Frontend/Backend Protocol", sections "Message Flow" and "Message
// Formats". (pure)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/sniff/verdict.h"

namespace otoroshi {

constexpr std::size_t max_postgres_message_bytes = 10'000;  // as PostgreSQL itself limits a first message

struct PostgresHello {
  enum class Kind : std::uint8_t {
    // May TLS begin? Answer postgres_tls_accepted or postgres_refused, then the ClientHello comes.
    ssl_request,
    gssenc_request,  // the same for GSSAPI; the client goes on with another message when refused
    cancel_request,  // cancel the query of another connection; the client sends no more and wants no answer
    startup,         // a session without TLS, protocol 3.x
  };
  Kind kind = Kind::startup;
  std::size_t bytes_on_wire = 0;  // of this message; what is behind it was sent without waiting for an answer
  friend bool operator==(const PostgresHello&, const PostgresHello&) = default;
};

// NotThis as soon as a byte cannot belong to a first message (the first is always 0, so never for TLS or
// HTTP); decides when the whole message is there. Malformed: a known request with a wrong length, or a
// StartupMessage that does not end with a zero byte.
Verdict<PostgresHello> inspect_postgres(Bytes so_far);

constexpr char postgres_tls_accepted = 'S';
constexpr char postgres_refused = 'N';

// The eight bytes that ask a server for TLS; it answers with one byte, or with an ErrorResponse ('E').
std::array<std::byte, 8> postgres_ssl_request();

// An ErrorResponse of severity FATAL, after which the connection is closed. `sqlstate`: five characters of
// appendix "PostgreSQL Error Codes", e.g. 28000 invalid_authorization_specification.
std::string postgres_error_response(std::string_view sqlstate, std::string_view sentence);

}  // namespace otoroshi
