// The tunnel on the wire: what otoroshictl and the gateway must agree on (docs/tunnel-protocol.md says it in
// prose). A tunnel is one WebSocket (RFC 6455) a TCP connection; its bytes travel in binary messages.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace otoroshi::tunnel {

inline constexpr std::string_view path = "/.well-known/otoroshi/tunnel";

// Query parameters.
inline constexpr std::string_view transport_parameter = "transport";
inline constexpr std::string_view transport_tcp = "tcp";
inline constexpr std::string_view remote_host_parameter = "remoteHost";
inline constexpr std::string_view remote_port_parameter = "remotePort";
inline constexpr std::string_view session_parameter = "pappsToken";

// In the request of our client and in the 101 of our gateway: who sends it carries a half-close, and expects
// a Close frame at the end of each direction.
inline constexpr std::string_view capability_header = "Otoroshi-Tunnel";
inline constexpr std::string_view half_close_capability = "half-close";

// An upgrade's head, in either direction, is no larger than this many bytes.
inline constexpr std::size_t max_head = 16 * 1024;

// In the 101 of our gateway, in milliseconds: how often both ends send a Ping. They have to agree: who cannot
// answer Pings, for its reader is stopped, proves that it lives by its own.
inline constexpr std::string_view ping_interval_header = "Otoroshi-Tunnel-Ping-Interval";

// How often each end sends a Ping where nothing else is agreed upon. Two intervals without a byte, although
// one was waited for: the peer is dead.
inline constexpr std::chrono::milliseconds default_ping_interval = std::chrono::seconds(25);

// Codes of Close frames (RFC 6455 section 7.4.1).
enum class CloseCode : std::uint16_t {
  normal = 1000,  // the end of this direction
  protocol_error = 1002,
  none = 1005,            // never on the wire: the Close frame had no code; an end like `normal`
  policy = 1008,          // revoked or expired
  internal_error = 1011,  // an abort: bytes may be lost
};

}  // namespace otoroshi::tunnel
