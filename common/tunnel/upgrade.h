// The HTTP/1.1 upgrade that begins a tunnel (RFC 9110 section 7.8, RFC 6455 section 4), both ends of it.
// (pure)
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/tunnel/http_head.h"

namespace otoroshi::tunnel {

// A request's head as the gateway sees it. Everything is as the client wrote it, unless said otherwise.
struct Request {
  std::string method;
  std::string path;  // percent-decoded, without the query
  // Percent-decoded; a "%" without two digits behind it is a plain one, for the original client encodes
  // nothing.
  std::vector<std::pair<std::string, std::string>> query;
  Headers headers;
  std::size_t bytes = 0;  // of the head; what lies behind it is the tunnel's

  // Names of headers in any letter case. nullopt: there is none.
  std::optional<std::string_view> header(std::string_view name) const;
  std::optional<std::string_view> parameter(std::string_view name) const;  // the first, if it is repeated
  std::optional<std::string_view> cookie(std::string_view name) const;
  std::string host() const;     // of the Host header, without port, lower case, no final dot
  bool has_half_close() const;  // it carries the capability
};

// nullopt: the head is not complete yet. Fails (protocol, client) on what is no HTTP/1.1 head (as soon as
// that is seen), or one larger than max_head (limit).
Result<std::optional<Request>> inspect_request(Bytes so_far);

// Whether the request asks for WebSocket version 13 in a way that can be accepted: a GET without a body, with
// the headers of RFC 6455 section 4.2.1. Else what is wrong (protocol, client).
Result<void> check_upgrade(const Request& request);

// The 101, which always carries the half-close capability, and the interval of Pings. The request has passed
// check_upgrade().
std::string accept_response(const Request& request, std::chrono::milliseconds ping_interval);

// An answer instead of the 101: Otoroshi's JSON error body and headers, and the end of the connection.
//   {"error": "errors.no.api.key", "error_description": "..."}
std::string refuse_response(unsigned status, std::string_view cause, std::string_view sentence);

// The client's side.
struct Ask {
  std::string host;           // for the Host header: "name:port"
  std::string target;         // path and query, percent-encoded
  std::string authorization;  // value of the Authorization header; "": none
};
struct Asked {
  std::string head;  // to be sent
  std::string key;   // Sec-WebSocket-Key, for check_response()
};
Asked make_request(const Ask& ask);
// Path and query of a tunnel: "" leaves a parameter out.
std::string tunnel_target(std::string_view remote_host, std::string_view remote_port,
                          std::string_view session_token);

struct Response {
  unsigned status = 0;
  std::string reason;  // phrase of the status line
  std::size_t head_bytes = 0;
  std::optional<std::size_t> content_length;
  bool half_close = false;  // the gateway carries a half-close
  std::optional<std::chrono::milliseconds>
      ping_interval;      // that the gateway announces; nullopt: none that can be
  Result<void> accepted;  // 101: whether it really accepts our key, no extension and no subprotocol
};
// nullopt: not complete yet. Fails (protocol, target) on what is no HTTP/1 answer, (limit) on a head larger
// than max_head. The answer of a proxy to CONNECT is read with it, too; the key does not matter then.
Result<std::optional<Response>> inspect_response(Bytes so_far, std::string_view key);
// "error_description" of a refusal's body, else its "error", else the start of the text; on one line without
// control characters. "" if there is nothing to show (a page of HTML, for one).
std::string sentence_of_refusal(std::string_view body);

// A peer's text for terminals and logs: one line without control characters, cut to a sentence's length.
std::string printable_line(std::string_view text);

}  // namespace otoroshi::tunnel
