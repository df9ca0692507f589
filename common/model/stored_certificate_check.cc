#include "common/model/stored_certificate_check.h"

#include <openssl/x509v3.h>

#include <string_view>

#include "common/json/reader.h"
#include "common/net/certificate.h"

namespace otoroshi {
namespace {

using Chain = std::vector<X509Ptr>;

constexpr std::size_t max_chain_bytes = 256 * 1024;
// OpenSSL's clients refuse chains of more than 100 KiB; as PEM these are 135.
constexpr std::size_t max_shown_chain_bytes = 135 * 1024;
constexpr std::size_t max_key_bytes = 64 * 1024;  // RSA with 16384 bits has 13 KiB
constexpr std::size_t max_password_bytes = 1024;

bool is_short_enough(std::string_view text, std::size_t most, const JsonPlace& place) {
  if (text.size() <= most) return true;
  place.problem("is " + std::to_string(text.size()) + " bytes long: at most " + std::to_string(most) +
                " are allowed");
  return false;
}

bool may_sign_others(const X509Ptr& certificate) {
  return X509_check_ca(certificate.get()) != 0;
}
bool is_self_signed(const X509Ptr& certificate) {
  return (X509_get_extension_flags(certificate.get()) & EXFLAG_SS) != 0;
}

void free_stack(STACK_OF(X509) * borrowed) {
  sk_X509_free(borrowed);
}

// A chain is shown to whoever may read the certificate, a private key is not.
bool holds_a_private_key(std::string_view pem) {
  return pem.find("PRIVATE KEY-----") != pem.npos;
}

void tell_whose_key(const Chain& chain, const EVP_PKEY* key, const JsonPlace& place) {
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (!is_key_of(chain[i].get(), key)) continue;
    return place.problem("belongs to certificate " + std::to_string(i + 1) +
                         " of \"chain\": its own must be the first, then who has signed it");
  }
  place.problem("does not belong to the first certificate of \"chain\"");
}

void check_strength(const Chain& chain, EVP_PKEY* key, const JsonPlace& place) {
  const std::unique_ptr<STACK_OF(X509), OpensslDeleter<free_stack>> above(sk_X509_new_null());
  for (std::size_t i = 1; i < chain.size(); ++i) sk_X509_push(above.get(), chain[i].get());
  if (const auto usable = usable_for_tls(chain.front().get(), key, above.get()); !usable)
    place.problem(usable.error().sentence);
}

// A chain and the key of its first certificate; empty and null where there is none that can be used.
struct Pair {
  Chain chain;
  PrivateKeyPtr key;
};

Chain read_chain(const StoredCertificate& certificate, const JsonPlace& place) {
  if (!is_short_enough(certificate.chain, max_chain_bytes, place)) return {};
  auto chain = parse_certificates(certificate.chain);
  if (!chain) place.problem(chain.error().sentence);
  if (holds_a_private_key(certificate.chain))
    place.problem("holds a private key, which would be shown with it: move that to \"privateKey\"");
  return std::move(chain).value_or(Chain());
}

PrivateKeyPtr read_key(const StoredCertificate& certificate, const Chain& chain, const JsonPlace& place) {
  if (certificate.private_key.empty()) {
    if (!certificate.ca && !certificate.client)
      place.problem(
          "is missing: only with \"ca\" or \"client\" true a certificate does without its private key");
    return nullptr;
  }
  if (!is_short_enough(certificate.private_key, max_key_bytes, place)) return nullptr;
  auto key = parse_private_key(certificate.private_key, certificate.password);
  if (!key) {
    place.problem(key.error().sentence);
    return nullptr;
  }
  if (chain.empty()) return nullptr;
  if (is_key_of(chain.front().get(), key->get())) return std::move(*key);
  tell_whose_key(chain, key->get(), place);
  return nullptr;
}

Pair read_pair(const StoredCertificate& certificate, const JsonPlace& root) {
  Pair pair{read_chain(certificate, root / "chain"), nullptr};
  if (is_short_enough(certificate.password, max_password_bytes, root / "password"))
    pair.key = read_key(certificate, pair.chain, root / "privateKey");
  return pair;
}

std::string_view certificate_type(const StoredCertificate& certificate) {
  if (certificate.client) return "client";
  if (certificate.ca) return "ca";
  if (certificate.lets_encrypt) return "letsEncrypt";
  if (certificate.keypair) return "keypair";
  return certificate.self_signed ? "selfSigned" : "certificate";
}

std::int64_t milliseconds(const ASN1_TIME* time) {
  return std::int64_t{to_time(time)} * 1000;
}

void warn_about_dates(const X509Ptr& leaf, std::time_t now, const JsonPlace& place) {
  const auto from = to_time(X509_get0_notBefore(leaf.get()));
  const auto to = to_time(X509_get0_notAfter(leaf.get()));
  if (to < now) place.problem("the certificate expired on " + date_text(to) + ": it is not used");
  if (from > now)
    place.problem("the certificate is not valid before " + date_text(from) + ": it is not used until then");
}

void warn_about_order(const Chain& chain, const JsonPlace& place) {
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (X509_check_issued(chain[i].get(), chain[i - 1].get()) == X509_V_OK) continue;
    place.problem("certificate " + std::to_string(i + 1) + " has not signed certificate " +
                  std::to_string(i) + ": some clients will not find the way to their authority");
  }
}

void warn_about_use(const StoredCertificate& certificate, const X509Ptr& leaf, const JsonPlace& root) {
  const auto ca = root / "ca";
  if (certificate.ca && !may_sign_others(leaf)) {
    ca.problem("the certificate does not allow itself to sign others: no client's is taken by its signature");
  }
  if (!is_for_listeners(certificate) || !names_in(leaf.get()).empty()) return;
  if (may_sign_others(leaf))
    ca.problem("is false, and the certificate is an authority's: only true lets it sign clients' ones");
  else
    (root / "sans").problem("the certificate names no host, so no server name leads to it");
}

}  // namespace

bool is_for_listeners(const StoredCertificate& certificate) {
  return !certificate.revoked && !certificate.ca && !certificate.client && !certificate.keypair;
}

Problems check(const StoredCertificate& certificate) {
  Problems problems;
  const JsonPlace root(problems);
  const auto pair = read_pair(certificate, root);
  if (!pair.key || !is_for_listeners(certificate)) return problems;
  if (is_short_enough(certificate.chain, max_shown_chain_bytes, root / "chain"))
    check_strength(pair.chain, pair.key.get(), root / "chain");
  return problems;
}

Problems check_stored(const StoredCertificate& certificate) {
  Problems problems;
  read_pair(certificate, JsonPlace(problems));
  return problems;
}

Problems warnings(const StoredCertificate& certificate, std::time_t now) {
  Problems problems;
  const JsonPlace root(problems);
  if (certificate.auto_renew)
    (root / "autoRenew").problem("has no effect: this gateway does not renew certificates");
  if (certificate.lets_encrypt)
    (root / "letsEncrypt").problem("has no effect: this gateway does not ask Let's Encrypt for certificates");
  const auto chain = parse_certificates(certificate.chain);
  if (!chain) return problems;  // check() tells
  const auto chain_place = root / "chain";
  warn_about_dates(chain->front(), now, chain_place);
  warn_about_order(*chain, chain_place);
  warn_about_use(certificate, chain->front(), root);
  return problems;
}

void complete(StoredCertificate& certificate) {
  const auto chain = parse_certificates(certificate.chain);
  certificate.valid = chain.has_value();
  if (!chain) return;
  const auto& leaf = chain->front();
  certificate.sans = names_in(leaf.get());
  certificate.subject = subject_of(leaf.get());
  certificate.domain = common_name_of(leaf.get());
  if (certificate.domain.empty() && !certificate.sans.empty()) certificate.domain = certificate.sans.front();
  if (certificate.name.empty()) certificate.name = certificate.domain;
  certificate.from = milliseconds(X509_get0_notBefore(leaf.get()));
  certificate.to = milliseconds(X509_get0_notAfter(leaf.get()));
  certificate.self_signed = is_self_signed(leaf);
  certificate.type = certificate_type(certificate);
}

void hide_secrets(StoredCertificate& certificate) {
  certificate.private_key.clear();
  certificate.password.clear();
}

void keep_secrets(StoredCertificate& incoming, const StoredCertificate& stored) {
  if (incoming.private_key.empty() && !stored.private_key.empty()) {
    const auto chain = parse_certificates(incoming.chain);
    const auto key = parse_private_key(stored.private_key, stored.password);
    if (chain && key && is_key_of(chain->front().get(), key->get()))
      incoming.private_key = stored.private_key;
  }
  if (incoming.password.empty() && incoming.private_key == stored.private_key)
    incoming.password = stored.password;
}

}  // namespace otoroshi
