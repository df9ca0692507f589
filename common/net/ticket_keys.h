// TicketKeys encrypts TLS session tickets (RFC 5077, RFC 8446 section 4.6.1). One set is shared by the
// contexts of all services and workers and outlives every reload, so that a client can resume its session
// anywhere. Thread-safe; locked once a handshake, never for data.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

namespace otoroshi {

class TicketKeys {
 public:
  using Clock = std::chrono::steady_clock;

  // A key encrypts for `lifetime`, then decrypts for as long again. A stolen key opens what it has encrypted,
  // except for the key exchange that TLS 1.3 adds to each resumption.
  explicit TicketKeys(Clock::duration lifetime = std::chrono::hours(4));
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  // For SSL_CTX_set_timeout: no ticket is honoured for longer than its key is kept.
  std::chrono::seconds ticket_lifetime() const;

  // The work of SSL_CTX_set_tlsext_ticket_key_evp_cb's callback; its arguments and results.
  int prepare(unsigned char* key_name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
              bool encrypt);

  void rotate();  // prepare() does it in time; public for tests

 private:
  struct Key {
    std::array<unsigned char, 16> name;
    std::array<unsigned char, 32> cipher_key;
    std::array<unsigned char, 32> mac_key;
    Clock::time_point made;
  };

  void replace_current();

  const Clock::duration lifetime_;
  std::mutex mutex_;
  std::optional<Key> current_;
  std::optional<Key> previous_;
};

using TicketKeysPtr = std::shared_ptr<TicketKeys>;

}  // namespace otoroshi
