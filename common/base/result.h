// Errors as values: every function that can fail returns Result<T>, and its Error carries a sentence that
// tells the reader what to change. Exceptions are left for what should never happen.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace otoroshi {

// Whose fault a failure is. It decides log level, counter and reply; a failure of side `gateway`
// (no descriptor, no local port) is never held against a target.
enum class Side : std::uint8_t { client, target, gateway };

enum class ErrorCode : std::uint8_t {
  bad_input,       // a setting, an entity or a request says something that it must not
  protocol,        // a peer broke the rules of TLS, HTTP, PostgreSQL or WebSocket
  no_route,        // nothing is configured for this name
  timed_out,       // a peer stayed silent for longer than a named time limit
  refused,         // the target does not take the connection (ECONNREFUSED, no route to host, ...)
  unknown_host,    // the name does not resolve
  untrusted,       // a certificate was missing, expired, or not signed by a trusted authority
  reset,           // the peer aborted: ECONNRESET, EPIPE, FIN without close_notify
  limit,           // a size or count limit of ours was reached, or the machine's (EMFILE)
  address_in_use,  // a local address could not be bound
  shut_down,       // the gateway ended the connection: drain, kill
  revoked,         // what a tunnel was opened by is gone, disabled or expired
  io,              // any other failure of the operating system
};

std::string_view name_of(Side side);
std::string_view name_of(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::io;
  Side side = Side::gateway;
  std::string sentence;
};

template <class T>
using Result = std::expected<T, Error>;

// For `return fail(ErrorCode::no_route, Side::client, "...")` out of any function that returns a Result.
inline std::unexpected<Error> fail(ErrorCode code, Side side, std::string sentence) {
  return std::unexpected(Error{code, side, std::move(sentence)});
}

// One thing that is wrong with a document: a JSON Pointer (RFC 6901) such as "/rules/2/targets" (empty: the
// document itself) and a sentence that names the value found and what is allowed.
struct Problem {
  std::string path;
  std::string sentence;

  friend bool operator==(const Problem&, const Problem&) = default;
};
using Problems = std::vector<Problem>;

// "path: sentence" lines, one per problem, for terminals and logs.
std::string to_text(const Problems& problems);

}  // namespace otoroshi
