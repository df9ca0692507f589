#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace otoroshi::bench {

struct FreeTls {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* tls) const { SSL_free(tls); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeTls>;
using Tls = std::unique_ptr<SSL, FreeTls>;

// TLS 1.3, one cipher and one group, so that every proxy does the same arithmetic. Certificates are not
// verified and no session is resumed.
TlsContext client_context();

// "host000042.bench.test": the server names that clients use are numbered and all equally long.
std::string server_name(unsigned number);

// The first flight of a TLS client, ready to be sent without doing a handshake's arithmetic for every
// connection.
class ClientHello {
 public:
  explicit ClientHello(SSL_CTX& context);
  // The bytes on the wire, with server_name(number) inside; valid until the next call.
  const std::string& with_name(unsigned number);

 private:
  std::string bytes_;
  std::size_t name_at_;
};

}  // namespace otoroshi::bench
