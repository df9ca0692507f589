#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

#include "common/net/tls_context.h"
#include "common/net/tls_context_base.h"
#include "common/net/tls_policy.h"
#include "common/sniff/client_hello.h"

namespace otoroshi {
namespace {

// What the callbacks of a handshake need until the server name is known.
struct PendingHello {
  CertificateStorePtr certificates;
  ServerNameGate* gate;
};
using Pending = AttachedData<PendingHello, SSL>;
using SharedTicketKeys = AttachedData<TicketKeysPtr, SSL_CTX>;

int refuse_hello(SSL* ssl, int* alert, int with, ErrorCode code, std::string sentence) {
  auto& note = tls_note(ssl);
  note.failure = std::move(sentence);
  note.code = code;
  *alert = with;
  return SSL_CLIENT_HELLO_ERROR;
}

std::expected<std::optional<std::string>, Malformed> requested_name(SSL* ssl) {
  const unsigned char* body = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &body, &size) != 1) return std::nullopt;
  return read_server_name_extension(std::as_bytes(std::span(body, size)));
}

bool use_certificates(SSL* ssl, std::span<const CertificatePtr> certificates) {
  bool any = false;
  for (const auto& certificate : certificates)
    any |= SSL_use_cert_and_key(ssl, certificate->leaf.get(), certificate->key.get(),
                                certificate->chain.get(), 1) == 1;
  return any;
}

int take_client_hello(SSL* ssl, int* alert) {
  const auto* pending = Pending::get(ssl);
  if (!pending) return SSL_CLIENT_HELLO_SUCCESS;  // the second hello, after a HelloRetryRequest
  auto name = requested_name(ssl);
  if (!name)
    return refuse_hello(ssl, alert, SSL_AD_DECODE_ERROR, ErrorCode::protocol, std::string(name.error().why));
  auto asked_for = *name ? "the server name '" + **name + "'" : std::string("a client that names no server");
  if (pending->gate && !pending->gate->admit(*name))
    return refuse_hello(ssl, alert, SSL_AD_UNRECOGNIZED_NAME, ErrorCode::no_route,
                        "no rule matches " + asked_for);
  auto chosen = pending->certificates->choose(*name);
  if (chosen.empty())
    return refuse_hello(ssl, alert, SSL_AD_UNRECOGNIZED_NAME, ErrorCode::no_route,
                        "there is no certificate for " + asked_for);
  if (!use_certificates(ssl, chosen))
    return refuse_hello(ssl, alert, SSL_AD_INTERNAL_ERROR, ErrorCode::bad_input,
                        chosen.front()->origin + ": the certificate cannot be used: " + take_openssl_error());
  Pending::set(ssl, nullptr);
  return SSL_CLIENT_HELLO_SUCCESS;
}

// Runs when the ClientHello is complete and before anything is decided by it. Not the older servername
// callback: that one comes after the decision about resumption and, in TLS 1.2, may tell the name of the
// resumed session.
int on_client_hello(SSL* ssl, int* alert, void*) {
  try {
    return take_client_hello(ssl, alert);
  } catch (const std::bad_alloc&) {  // OpenSSL's frames are C
    *alert = SSL_AD_INTERNAL_ERROR;
    return SSL_CLIENT_HELLO_ERROR;
  }
}

// Only so that the answer acknowledges the server name (RFC 6066 section 3).
int acknowledge_server_name(SSL*, int*, void*) {
  return SSL_TLSEXT_ERR_OK;
}

int choose_alpn(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                unsigned offered_size, void*) {
  ByteReader reader(std::as_bytes(std::span(offered, offered_size)));
  while (auto protocol = reader.vector8()) {
    if (as_text(*protocol) != postgresql_alpn) continue;
    *chosen = reinterpret_cast<const unsigned char*>(protocol->data());
    *chosen_size = static_cast<unsigned char>(protocol->size());
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;  // the target behind us decides what is spoken
}

int prepare_ticket(SSL* ssl, unsigned char* key_name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                   EVP_MAC_CTX* mac, int encrypt) {
  auto& keys = *SharedTicketKeys::get(SSL_get_SSL_CTX(ssl));
  return keys->prepare(key_name, iv, cipher, mac, encrypt == 1);
}

void use_tickets(SSL_CTX* context, const TicketKeysPtr& keys) {
  if (!keys) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
    return;
  }
  SharedTicketKeys::set(context, std::make_unique<TicketKeysPtr>(keys));
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, prepare_ticket);
  SSL_CTX_set_timeout(context, keys->ticket_lifetime().count());
}

Result<std::vector<X509Ptr>> read_authorities(const TlsServerContext::Options& options) {
  std::vector<X509Ptr> authorities;
  for (const auto& pem : options.client_cas) {
    auto some = parse_certificates(pem);
    if (!some)
      return unusable_tls("an authority for clients' certificates cannot be used: " + some.error().sentence);
    std::ranges::move(*some, std::back_inserter(authorities));
  }
  if (authorities.empty() && options.client_auth != ClientAuth::none)
    return unusable_tls(
        "clientAuth asks for certificates, but no authority is known that signs them: set "
        "certificates.clientCaFile");
  return authorities;
}

// The names of authorities only help clients to choose a certificate, and none means any (RFC 8446 section
// 4.2.4, RFC 5246 section 7.4.4). Where all of them are too long for the field, OpenSSL would fail each
// handshake.
bool fit_a_request(const std::vector<X509Ptr>& authorities) {
  constexpr std::size_t most_bytes = 60 * 1024;  // of 65,535; the rest is for what stands beside them
  constexpr std::size_t length_bytes = 2;
  std::size_t bytes = 0;
  for (const auto& authority : authorities)
    bytes += length_bytes + static_cast<std::size_t>(
                                std::max(0, i2d_X509_NAME(X509_get_subject_name(authority.get()), nullptr)));
  return bytes <= most_bytes;
}

void ask_for_certificates(SSL_CTX* context, ClientAuth client_auth, const std::vector<X509Ptr>& authorities) {
  if (client_auth == ClientAuth::none) return;
  auto* store = SSL_CTX_get_cert_store(context);
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);  // an intermediate authority may be the trusted one
  const bool may_be_named = fit_a_request(authorities);
  for (const auto& authority : authorities) {
    X509_STORE_add_cert(store, authority.get());
    if (may_be_named) SSL_CTX_add_client_CA(context, authority.get());
  }
  // Without FAIL_IF_NO_PEER_CERT a client may send none, but a bad one still fails.
  auto mode =
      client_auth == ClientAuth::need ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_PEER;
  SSL_CTX_set_verify(context, mode, explain_verification);
}

// A resumed session brings the client's identity along unchecked. This id, made of all that the check depends
// on, keeps a ticket from being used where another check applies.
void separate_sessions(SSL_CTX* context, ClientAuth client_auth, const std::vector<X509Ptr>& authorities) {
  std::string checked(1, static_cast<char>(client_auth));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  for (const auto& authority : authorities) {
    X509_digest(authority.get(), EVP_sha256(), digest.data(), &size);
    checked.append(reinterpret_cast<const char*>(digest.data()), size);
  }
  EVP_Digest(checked.data(), checked.size(), digest.data(), &size, EVP_sha256(), nullptr);
  SSL_CTX_set_session_id_context(context, digest.data(), size);
}

}  // namespace

Result<TlsServerContext> TlsServerContext::make(const Options& options) {
  auto context = make_tls_context(TLS_server_method());
  if (!context) return std::unexpected(context.error());
  auto authorities = read_authorities(options);
  if (!authorities) return std::unexpected(authorities.error());
  auto* raw = context->get();
  if (!apply_tls_server_policy(raw)) return unusable_tls("OpenSSL cannot be used: " + take_openssl_error());
  if (options.read_buffer_bytes) SSL_CTX_set_default_read_buffer_len(raw, options.read_buffer_bytes);
  SSL_CTX_set_client_hello_cb(raw, on_client_hello, nullptr);
  SSL_CTX_set_tlsext_servername_callback(raw, acknowledge_server_name);
  SSL_CTX_set_alpn_select_cb(raw, choose_alpn, nullptr);
  ask_for_certificates(raw, options.client_auth, *authorities);
  separate_sessions(raw, options.client_auth, *authorities);
  use_tickets(raw, options.ticket_keys);
  return TlsServerContext(std::move(*context));
}

SslPtr TlsServerContext::new_ssl(CertificateStorePtr certificates, ServerNameGate* gate) const {
  SslPtr ssl(SSL_new(context_.get()));
  tls_note(ssl.get()).is_server = true;
  Pending::set(ssl.get(), std::make_unique<PendingHello>(std::move(certificates), gate));
  SSL_set_accept_state(ssl.get());
  return ssl;
}

}  // namespace otoroshi
