// What TLS has to be for both programs, on every port that they open and towards everybody whom they call:
// 1.2 or newer, forward secrecy and authenticated encryption only, no renegotiation, no compression.
#pragma once

#include <openssl/ssl.h>

namespace otoroshi {

// For clients and servers. False if OpenSSL refuses, which it then tells (take_openssl_error).
bool apply_tls_policy(SSL_CTX* context);

// The same for a server, which also decides the order of ciphers and which key exchanges are worth their
// cost.
bool apply_tls_server_policy(SSL_CTX* context);

}  // namespace otoroshi
