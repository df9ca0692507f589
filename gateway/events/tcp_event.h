// What is told about one connection when it is over: exactly one TcpEvent each, refused ones included.
// Plain data plus its JSON in the form of Otoroshi's TcpEvent, so that what reads its events reads ours.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/model/tcp_service.h"

namespace otoroshi::gateway {

enum class Ending : std::uint8_t {
  normal,     // both directions ended and all bytes were delivered
  refused,    // ended before a byte was relayed: no rule, bad handshake, no target, ...
  aborted,    // a side reset or broke its protocol while bytes were relayed
  timed_out,  // `timeouts.idle` or `timeouts.halfClosed` passed
  shut_down,  // the gateway ended it: drain, kill, or what a tunnel was opened by was taken away
};
inline constexpr std::size_t number_of_endings = 5;
std::string_view name_of(Ending ending);  // "normal", "refused", "aborted", "timed_out", "shut_down"

// What is told besides of a connection that is a tunnel.
struct TunnelEvent {
  std::string route_id;
  std::string route_name;
  std::string access;    // "apikey", "bearer", "session", "public"; "": nobody was admitted
  std::string consumer;  // client id, JWT subject or the session's user; "": nobody in particular
};

struct TcpEvent {
  std::uint64_t id = 0;                             // from SnowflakeIds (snowflake.h)
  std::uint64_t request_id = 0;                     // likewise, taken when the connection was accepted
  std::chrono::system_clock::time_point timestamp;  // when the connection ended

  TcpServicePtr service;  // null: the connection was ended before a service was known, or is a tunnel
  std::optional<TunnelEvent> tunnel;
  bool client_tls = false;         // TLS ends at the port that the client connected to
  std::uint16_t port = 0;          // that the client connected to
  std::string remote;              // the client, "192.0.2.1:56324" or "[2001:db8::1]:56324"
  std::string local;               // the gateway's end of the client's connection, likewise
  std::string server_name;         // from SNI or Host; "": none was given or none was looked for
  std::optional<Target> target;    // that was connected to, else the last one that was tried
  std::string target_address;      // that was dialled, "192.0.2.7:5432"; "": nothing was
  std::string client_certificate;  // its subject; "": none was given

  std::uint64_t data_in = 0;              // bytes from the client
  std::uint64_t data_out = 0;             // bytes from the target
  std::chrono::milliseconds duration{0};  // accepted until closed
  std::chrono::milliseconds overhead{0};  // accepted until the first byte could be relayed
  Ending ending = Ending::normal;
  std::optional<Error> error;  // what went wrong, and on whose side
};

// One line of JSON without a line break. Fields of Otoroshi: @type, @id, @timestamp (ms since 1970), reqId,
// protocol, port, to, target, remote, local, duration, overhead, data, gwError, @serviceId, @service,
// service. Ours: sni, targetAddress, clientCertificateSubject, tunnel {route, access, consumer}, ending,
// error {code, side, sentence}; null where there is nothing to tell. A tunnel's route stands in @serviceId,
// @service.
std::string to_json(const TcpEvent& event);

// For the log: "refused 192.0.2.1:56324 on port 443, service 'mail': no rule matches ... (client, no_route)".
std::string to_log_line(const TcpEvent& event);

}  // namespace otoroshi::gateway
