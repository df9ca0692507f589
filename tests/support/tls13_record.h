// TLS 1.3 records made by hand (RFC 8446, section 5.2), for what OpenSSL never sends by itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/net/openssl.h"

namespace otoroshi::test {

constexpr std::uint8_t tls_handshake = 22;  // a ContentType

// Protects records with the traffic secret of a client. Made before its handshake, which has to agree on
// TLS_AES_256_GCM_SHA384 (OpenSSL's first choice).
class Tls13Client {
 public:
  explicit Tls13Client(SSL* client);

  // The client's record with this number, counted from 0 since the handshake.
  std::vector<std::byte> record(std::uint64_t sequence, std::string_view content, std::uint8_t type) const;

 private:
  SSL* client_;
};

}  // namespace otoroshi::test
