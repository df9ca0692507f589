// Two SSLs that shake hands over memory, without sockets.
#pragma once

#include <array>
#include <string>

#include "common/net/openssl.h"
#include "common/net/tls_failure.h"

namespace otoroshi::test {

// The SSL that gave up first says why; both are connected to each other by this.
class TlsPair {
 public:
  TlsPair(SslPtr client, SslPtr server) : client_(std::move(client)), server_(std::move(server)) {
    BIO* client_side = nullptr;
    BIO* server_side = nullptr;
    BIO_new_bio_pair(&client_side, 0, &server_side, 0);
    SSL_set_bio(client_.get(), client_side, client_side);
    SSL_set_bio(server_.get(), server_side, server_side);
  }

  // Until both are done or no byte moves any more. "" or the first failure, with the side in front.
  std::string shake_hands() {
    for (int step = 0; step < 20; ++step) {
      if (auto failure = advance(client_.get(), "client: "); !failure.empty()) return failure;
      if (auto failure = advance(server_.get(), "server: "); !failure.empty()) return failure;
    }
    bool done = SSL_is_init_finished(client_.get()) && SSL_is_init_finished(server_.get());
    return done ? "" : "the handshake does not end";
  }

  // What the client says to the failure of the server: the alert that it got.
  std::string client_failure() { return advance(client_.get(), ""); }

  // Lets the client see what the server has sent behind the handshake, i.e. its session tickets.
  void deliver_tickets() {
    std::array<char, 1> byte;
    SSL_write(server_.get(), "x", 1);
    SSL_read(client_.get(), byte.data(), 1);
  }

  SSL* client() { return client_.get(); }
  SSL* server() { return server_.get(); }

 private:
  static std::string advance(SSL* ssl, const std::string& who) {
    std::array<char, 1> byte;
    auto result = SSL_is_init_finished(ssl) ? SSL_peek(ssl, byte.data(), 1) : SSL_do_handshake(ssl);
    auto error = SSL_get_error(ssl, result);
    if (result == 1 || error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return "";
    return who + describe_tls_failure(ssl, error).sentence;
  }

  SslPtr client_;
  SslPtr server_;
};

}  // namespace otoroshi::test
