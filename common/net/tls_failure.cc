#include "common/net/tls_failure.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <algorithm>

#include "common/net/certificate.h"

namespace otoroshi {
namespace {

using Note = AttachedData<TlsNote, SSL>;

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

// "the certificate of 'db.test'" or "the client's certificate 'CN=alice'".
std::string certificate_of(const TlsNote& note, const X509* certificate) {
  if (!note.is_server) return "the certificate of '" + note.peer_name + "'";
  return "the client's certificate" + (certificate ? " '" + subject_of(certificate) + "'" : std::string());
}

std::string why_untrusted(const TlsNote& note, int reason, X509* certificate) {
  auto subject = certificate_of(note, certificate);
  switch (reason) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return subject + " expired on " + date_text(to_time(X509_get0_notAfter(certificate)));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return subject + " is not valid before " + date_text(to_time(X509_get0_notBefore(certificate)));
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return subject + " is self-signed and not among the trusted ones";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return subject + " is signed by an authority that is not trusted: '" + issuer_of(certificate) + "'";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return subject + " is for other names: " + join(names_in(certificate));
    default:
      return subject + " is not trusted: " + X509_verify_cert_error_string(reason);
  }
}

std::string protocol_sentence(const TlsNote& note, unsigned long error) {
  const std::string peer = note.is_server ? "the client" : "'" + note.peer_name + "'";
  auto reason = ERR_GET_REASON(error);
  if (reason >= SSL_AD_REASON_OFFSET)
    return peer + " refused with the TLS alert '" +
           SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET) + "'";
  switch (reason) {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return peer + " sent no certificate, but one is needed here";
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
      return peer + " speaks no TLS";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_WRONG_SSL_VERSION:
      return peer + " speaks only versions of TLS older than 1.2";
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
      return peer + " offers no cipher or signature that fits to our certificate and settings";
    default:
      break;
  }
  const char* text = ERR_reason_error_string(error);
  return peer + " broke the TLS protocol: " + (text ? text : "error " + std::to_string(error));
}

bool is_gone(int ssl_error, unsigned long error) {
  return ssl_error == SSL_ERROR_SYSCALL || ssl_error == SSL_ERROR_ZERO_RETURN || error == 0 ||
         ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

}  // namespace

bool client_certificate_has_expired(const SSL* ssl) {
  const X509* certificate = SSL_get0_peer_certificate(ssl);
  return certificate && X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0;
}

TlsNote& tls_note(SSL* ssl) {
  if (!Note::get(ssl)) Note::set(ssl, std::make_unique<TlsNote>());
  return *Note::get(ssl);
}

int explain_verification(int ok, X509_STORE_CTX* store) {
  if (ok) return ok;
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& note = tls_note(ssl);
  auto* certificate = X509_STORE_CTX_get_current_cert(store);
  note.failure = why_untrusted(note, X509_STORE_CTX_get_error(store), certificate);
  note.code = ErrorCode::untrusted;
  return ok;
}

Error describe_tls_failure(SSL* ssl, int ssl_error) {
  auto& note = tls_note(ssl);
  auto side = note.is_server ? Side::client : Side::target;
  auto error = ERR_peek_error();
  ERR_clear_error();
  if (!note.failure.empty()) return {note.code, side, note.failure};
  if (is_gone(ssl_error, error)) {
    auto peer = note.is_server ? "the client" : "'" + note.peer_name + "'";
    auto where = SSL_is_init_finished(ssl) ? "without ending TLS" : "in the middle of the TLS handshake";
    return {ErrorCode::reset, side, peer + " closed the connection " + where};
  }
  bool no_certificate = ERR_GET_REASON(error) == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE;
  auto code = no_certificate ? ErrorCode::untrusted : ErrorCode::protocol;
  return {code, side, protocol_sentence(note, error)};
}

std::optional<std::string> peer_subject(const SSL* ssl) {
  X509Ptr certificate(SSL_get1_peer_certificate(ssl));
  if (!certificate) return std::nullopt;
  return subject_of(certificate.get());
}

}  // namespace otoroshi
