// A certificate with its chain and private key, read from PEM. Immutable and shared: connections of all
// workers use it at once.
#pragma once

#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/net/openssl.h"

namespace otoroshi {

struct Certificate {
  std::string origin;  // for messages: the file or entity that it comes from
  X509Ptr leaf;
  X509StackPtr chain;  // what is sent behind the leaf, in the order of the PEM text
  PrivateKeyPtr key;
  std::vector<std::string> names;  // see names_in()
  std::time_t not_before = 0;
  std::time_t not_after = 0;

  int key_type() const { return EVP_PKEY_get_base_id(key.get()); }  // EVP_PKEY_RSA, EVP_PKEY_EC, ...
};
using CertificatePtr = std::shared_ptr<const Certificate>;

// The password of a private key, "" if it is missing; nullopt: where the key comes from, none can be given.
using KeyPassword = std::optional<std::string_view>;

// `chain_pem`: the leaf first. `key_pem` may be the same text. Fails if there is no certificate or no key, if
// the key is encrypted and `password` is not its own, if it belongs to another certificate, or see
// usable_for_tls(). A date that has passed is not a failure. The sentence of a failure does not repeat the
// origin.
Result<CertificatePtr> parse_certificate(std::string_view chain_pem, std::string_view key_pem,
                                         std::string origin, KeyPassword password = std::nullopt);

// The first private key of a PEM text.
Result<PrivateKeyPtr> parse_private_key(std::string_view pem, KeyPassword password = std::nullopt);
bool is_key_of(const X509* certificate, const EVP_PKEY* key);

// Fails on what OpenSSL would refuse in every handshake: a key or signature that is too weak for the security
// level of our contexts, a kind of key that TLS has no use for. `key` is that of `leaf`; `chain` may be null.
Result<void> usable_for_tls(X509* leaf, EVP_PKEY* key, STACK_OF(X509) * chain);

// All certificates of a PEM text, e.g. the authorities of `clientCaFile`. Fails if there is none.
Result<std::vector<X509Ptr>> parse_certificates(std::string_view pem);

std::string to_pem(const X509* certificate);

// DNS names and IP addresses of the subject alternative name; the common name if there is no such extension.
// Lower case, without trailing dot; a wildcard stays "*.example.org".
std::vector<std::string> names_in(const X509* certificate);

// Of the subject, in UTF-8; "": none, or one with control characters, which is nobody's name.
std::string common_name_of(const X509* certificate);
std::string subject_of(const X509* certificate);  // as in RFC 2253: "CN=alice,O=Example"
std::string issuer_of(const X509* certificate);
std::time_t to_time(const ASN1_TIME* time);
std::string date_text(std::time_t time);  // "2026-11-21", UTC

}  // namespace otoroshi
