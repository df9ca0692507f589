#include <openssl/x509v3.h>

#include <utility>

#include "common/net/tls_context.h"
#include "common/net/tls_context_base.h"
#include "common/net/tls_sessions.h"
#include "common/text/host_port.h"

namespace otoroshi {
namespace {

// Matches no certificate: the domain is reserved (RFC 2606), so no authority signs it.
constexpr const char* nobodys_name = "host.invalid";

using ClientSessions = AttachedData<TlsSessions, SSL_CTX>;

std::string session_key(const SSL* ssl, const std::string& host) {
  return (SSL_get_verify_mode(ssl) == SSL_VERIFY_NONE ? "trusted blindly: " : "verified: ") + host;
}

int remember_session(SSL* ssl, SSL_SESSION* session) {
  ClientSessions::get(SSL_get_SSL_CTX(ssl))->remember(session_key(ssl, tls_note(ssl).peer_name), session);
  return 0;  // the session itself stays OpenSSL's
}

Result<void> trust_authorities(SSL_CTX* context, const std::string& ca_file) {
  X509_STORE_set_flags(SSL_CTX_get_cert_store(context), X509_V_FLAG_PARTIAL_CHAIN);
  if (ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return {};
  }
  if (SSL_CTX_load_verify_file(context, ca_file.c_str()) == 1) return {};
  return unusable_tls(ca_file + ": not a PEM file of trusted authorities: " + take_openssl_error());
}

void expect_host(SSL* ssl, const std::string& host) {
  if (is_ip_literal(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
    return;
  }
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  auto name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  // With an empty name OpenSSL would check none.
  SSL_set1_host(ssl, name.empty() ? nobodys_name : name.c_str());
  if (!name.empty()) SSL_set_tlsext_host_name(ssl, name.c_str());
}

}  // namespace

Result<TlsClientContext> TlsClientContext::make(const Options& options) {
  auto context = make_tls_context(TLS_client_method());
  if (!context) return std::unexpected(context.error());
  auto* raw = context->get();
  if (auto trusted = trust_authorities(raw, options.ca_file); !trusted)
    return std::unexpected(trusted.error());
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, explain_verification);
  if (const auto& own = options.certificate)
    if (SSL_CTX_use_cert_and_key(raw, own->leaf.get(), own->key.get(), own->chain.get(), 1) != 1)
      return unusable_tls(own->origin + ": the certificate cannot be used: " + take_openssl_error());
  if (options.resume_sessions) {
    ClientSessions::set(raw, std::make_unique<TlsSessions>());
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(raw, remember_session);
  }
  return TlsClientContext(std::move(*context));
}

SslPtr TlsClientContext::new_ssl(const std::string& host, bool trust_all) const {
  SslPtr ssl(SSL_new(context_.get()));
  tls_note(ssl.get()).peer_name = host;
  expect_host(ssl.get(), host);
  if (trust_all) SSL_set_verify(ssl.get(), SSL_VERIFY_NONE, [](int, X509_STORE_CTX*) { return 1; });
  if (auto* sessions = ClientSessions::get(context_.get()))
    if (auto session = sessions->take(session_key(ssl.get(), host)))
      SSL_set_session(ssl.get(), session.get());
  SSL_set_connect_state(ssl.get());
  return ssl;
}

}  // namespace otoroshi
