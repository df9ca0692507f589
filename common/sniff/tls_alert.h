// Fatal TLS alerts for connections whose handshake nobody has begun, e.g. a refusal in pass-through mode.
// Wire format: RFC 8446 sections 5.1 and 6; unrecognized_name is from RFC 6066 section 3. (pure)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace otoroshi {

enum class TlsAlert : std::uint8_t {
  decode_error = 50,
  unrecognized_name = 112,
};

// The whole record. It may be sent as the answer to a ClientHello; the connection is closed behind it.
constexpr std::array<std::byte, 7> fatal_alert_record(TlsAlert alert) {
  constexpr std::byte alert_record{21};
  constexpr std::byte fatal{2};
  constexpr std::byte tls_1_2[] = {std::byte{3}, std::byte{3}};  // TLS 1.3 writes it as well
  constexpr std::byte length[] = {std::byte{0}, std::byte{2}};
  return {alert_record, tls_1_2[0], tls_1_2[1], length[0], length[1], fatal, static_cast<std::byte>(alert)};
}

}  // namespace otoroshi
