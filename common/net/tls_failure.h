// What a failed TLS handshake is about, in a sentence for people, and who the peer is when it succeeded.
// Contexts of tls_context.h attach a note to each SSL, in which OpenSSL's callbacks leave what they saw.
#pragma once

#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/net/openssl.h"

namespace otoroshi {

struct TlsNote {
  bool is_server = false;
  std::string peer_name;  // of a target: the host that we want to reach
  std::string failure;    // the sentence, as soon as a callback knows it
  ErrorCode code = ErrorCode::protocol;
};

// Says why SSL_do_handshake, SSL_read or SSL_write failed. `ssl_error`: what SSL_get_error answered.
// code: untrusted (certificates), reset (the peer went away), no_route (no certificate or rule for the name),
// protocol (all else). side: the peer's. Empties this thread's OpenSSL error queue.
Error describe_tls_failure(SSL* ssl, int ssl_error);

// The subject of the certificate that the peer has proven to own, e.g. "CN=alice,O=Example"; nullopt: it
// showed none.
std::optional<std::string> peer_subject(const SSL* ssl);

// A resumed session brings the client's certificate along as it was checked when the session began.
bool client_certificate_has_expired(const SSL* ssl);

// For tls_context: the note of an SSL, made on first use and freed with it.
TlsNote& tls_note(SSL* ssl);
// For SSL_CTX_set_verify: leaves in the note why a certificate is not trusted.
int explain_verification(int ok, X509_STORE_CTX* store);

}  // namespace otoroshi
