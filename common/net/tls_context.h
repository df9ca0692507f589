// The two kinds of TLS that both programs speak: ending a client's TLS, and TLS towards a target. A context
// is made once per set of settings, is immutable afterwards and shared by all workers; new_ssl() makes the
// SSL of one connection, which keeps alive what it needs. No I/O happens here but reading a file of
// authorities.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/model/tcp_service.h"
#include "common/net/certificate_store.h"
#include "common/net/openssl.h"
#include "common/net/ticket_keys.h"
#include "common/net/tls_failure.h"

namespace otoroshi {

constexpr std::string_view postgresql_alpn = "postgresql";  // direct TLS of PostgreSQL 17

// Asked during the handshake of one connection, as soon as its ClientHello is complete: on the thread of the
// worker's assistant, so it must touch neither what belongs to the worker nor what others read meanwhile.
class ServerNameGate {
 public:
  virtual ~ServerNameGate() = default;
  // `server_name`: as in normalised_server_name(); nullopt: the client sent none. false refuses the handshake
  // with the alert unrecognized_name. Called once a connection; may throw std::bad_alloc only.
  virtual bool admit(std::optional<std::string_view> server_name) = 0;
};

class TlsServerContext {
 public:
  struct Options {
    ClientAuth client_auth = ClientAuth::none;
    std::vector<std::string> client_cas = {};  // PEM texts; needed for want and need
    TicketKeysPtr ticket_keys = nullptr;       // null: no session tickets
    std::size_t read_buffer_bytes = 0;         // how much is read ahead at once; 0: OpenSSL's own, one record
  };

  // Fails if an authority cannot be read, or if there is none although client_auth asks for certificates.
  static Result<TlsServerContext> make(const Options& options);

  // An SSL in accept state without BIO. Its certificate is chosen from `certificates` by the server name;
  // without one that fits the handshake ends with the alert unrecognized_name. `gate` (null: every name is
  // welcome) must outlive the handshake.
  SslPtr new_ssl(CertificateStorePtr certificates, ServerNameGate* gate = nullptr) const;

 private:
  explicit TlsServerContext(SslCtxPtr context) : context_(std::move(context)) {}
  SslCtxPtr context_;
};

class TlsClientContext {
 public:
  struct Options {
    std::string ca_file = {};              // PEM; empty: the system's authorities
    CertificatePtr certificate = nullptr;  // ours, for servers that ask for one; null: none
    bool resume_sessions = false;          // remember the last session of each host
  };

  static Result<TlsClientContext> make(const Options& options);

  // An SSL in connect state without BIO. `host`: name or IP literal (IPv6 without brackets) that the
  // certificate has to be for (empty: none fits); a name is also sent as SNI. `trust_all`: take any
  // certificate.
  SslPtr new_ssl(const std::string& host, bool trust_all = false) const;

 private:
  explicit TlsClientContext(SslCtxPtr context) : context_(std::move(context)) {}
  SslCtxPtr context_;
};

}  // namespace otoroshi
