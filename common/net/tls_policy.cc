#include "common/net/tls_policy.h"

#include <openssl/err.h>

namespace otoroshi {
namespace {

// TLS 1.3 has nothing else.
constexpr const char* tls12_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

// OpenSSL's own choice without finite fields: a client that insists on ffdhe8192 makes a handshake cost a
// hundred times what X25519 costs, at no cost of its own (CVE-2002-20001).
constexpr const char* groups = "X25519:P-256:X448:P-521:P-384";
// OpenSSL 3.5 also has the hybrid that resists quantum computers.
constexpr const char* hybrid_groups = "X25519MLKEM768:X25519:P-256:X448:P-521:P-384";

bool limit_groups(SSL_CTX* context) {
  if (SSL_CTX_set1_groups_list(context, hybrid_groups) == 1) return true;
  ERR_clear_error();
  return SSL_CTX_set1_groups_list(context, groups) == 1;
}

}  // namespace

bool apply_tls_policy(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, tls12_ciphers) == 1;
}

bool apply_tls_server_policy(SSL_CTX* context) {
  // Our order counts, but a client that puts ChaCha20 first is slow at AES.
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  return apply_tls_policy(context) && limit_groups(context);
}

}  // namespace otoroshi
