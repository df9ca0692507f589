#include "common/net/certificate.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "common/net/tls_context_base.h"
#include "common/sniff/server_name.h"
#include "common/text/ascii.h"

namespace otoroshi {
namespace {

std::unexpected<Error> unusable(std::string sentence) {
  return fail(ErrorCode::bad_input, Side::gateway, std::move(sentence));
}

struct AskedPassword {
  KeyPassword password;
  bool is_asked = false;
};

// Without a callback of ours OpenSSL would ask for the password on the terminal.
int give_password(char* buffer, int size, int, void* context) {
  auto& [password, is_asked] = *static_cast<AskedPassword*>(context);
  is_asked = true;
  if (!password || password->empty() || std::cmp_greater(password->size(), size)) return -1;
  std::ranges::copy(*password, buffer);
  return static_cast<int>(password->size());
}

std::string why_not_decrypted(KeyPassword password) {
  if (!password) return "the private key is encrypted; only a key without password can be used";
  if (password->empty()) return "the private key is encrypted, and its password is missing";
  return "the private key is encrypted, and the password is not its own";
}

// "*.example.org" or a plain name, as CertificateStore looks them up; nullopt: not a name of a host.
std::optional<std::string> normalised_pattern(std::string_view name) {
  if (!name.starts_with("*.")) return normalised_server_name(name);
  auto domain = normalised_server_name(name.substr(2));
  return domain ? std::optional("*." + *domain) : std::nullopt;
}

// What OpenSSL takes at the level that it has by default is known; others are for who has set them.
const char* strong_enough_for(int security_level) {
  if (security_level != 2) return "a longer key, and a stronger signature";
  return "RSA of 2048 bits or more, or a curve like P-256, signed with SHA-256 or better";
}

std::string ip_text(const ASN1_OCTET_STRING* address) {
  auto size = ASN1_STRING_length(address);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (size == 4 || size == 16)
    inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text.data(), text.size());
  return text.data();
}

std::string_view text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string written_to(const BioPtr& memory) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string name_text(const X509_NAME* name) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  return written_to(out);
}

struct OpensslFree {
  void operator()(unsigned char* bytes) const { OPENSSL_free(bytes); }
};
using OpensslBytes = std::unique_ptr<unsigned char, OpensslFree>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, OpensslDeleter<GENERAL_NAMES_free>>;

}  // namespace

std::string to_pem(const X509* certificate) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate);
  return written_to(out);
}

std::time_t to_time(const ASN1_TIME* time) {
  std::tm broken_down{};
  ASN1_TIME_to_tm(time, &broken_down);
  return timegm(&broken_down);
}

std::string date_text(std::time_t time) {
  std::tm broken_down{};
  gmtime_r(&time, &broken_down);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &broken_down);
  return text.data();
}

std::string common_name_of(const X509* certificate) {
  auto* subject = X509_get_subject_name(certificate);
  auto at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return {};
  unsigned char* text = nullptr;
  const auto size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (size < 0) {
    ERR_clear_error();
    return {};
  }
  const OpensslBytes owner(text);
  std::string name(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  return std::ranges::any_of(name, is_control) ? "" : name;
}

std::string subject_of(const X509* certificate) {
  return name_text(X509_get_subject_name(certificate));
}
std::string issuer_of(const X509* certificate) {
  return name_text(X509_get_issuer_name(certificate));
}

std::vector<std::string> names_in(const X509* certificate) {
  std::vector<std::string> names;
  auto add = [&](std::optional<std::string> name) {
    if (name && !name->empty()) names.push_back(std::move(*name));
  };
  GeneralNamesPtr alternatives(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (!alternatives) {
    add(normalised_pattern(common_name_of(certificate)));
    return names;
  }
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
    const auto* name = sk_GENERAL_NAME_value(alternatives.get(), i);
    if (name->type == GEN_DNS) add(normalised_pattern(text_of(name->d.dNSName)));
    if (name->type == GEN_IPADD) add(ip_text(name->d.iPAddress));
  }
  return names;
}

Result<std::vector<X509Ptr>> parse_certificates(std::string_view pem) {
  std::vector<X509Ptr> certificates;
  auto bio = memory_bio(pem);
  // A PEM text may also hold the key: what is not a certificate is passed over.
  while (X509Ptr certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)})
    certificates.push_back(std::move(certificate));
  auto reason = ERR_GET_REASON(ERR_peek_last_error());
  ERR_clear_error();
  if (reason != PEM_R_NO_START_LINE)
    return unusable("certificate " + std::to_string(certificates.size() + 1) + " cannot be read");
  if (certificates.empty()) return unusable("there is no certificate in PEM form");
  return certificates;
}

Result<PrivateKeyPtr> parse_private_key(std::string_view pem, KeyPassword password) {
  if (pem.find("PRIVATE KEY-----") == std::string_view::npos)
    return unusable("there is no private key in PEM form");
  AskedPassword asked{password};
  PrivateKeyPtr key(PEM_read_bio_PrivateKey(memory_bio(pem).get(), nullptr, give_password, &asked));
  ERR_clear_error();
  if (key) return key;
  return unusable(asked.is_asked ? why_not_decrypted(password) : "the private key cannot be read");
}

bool is_key_of(const X509* certificate, const EVP_PKEY* key) {
  const bool is_its_key = X509_check_private_key(certificate, key) == 1;
  ERR_clear_error();
  return is_its_key;
}

Result<void> usable_for_tls(X509* leaf, EVP_PKEY* key, STACK_OF(X509) * chain) {
  // Our suites have no signatures by DSA, though OpenSSL takes such certificates.
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_DSA)
    return unusable("a DSA key cannot be used for TLS: take RSA or an elliptic curve");
  static const auto context = make_tls_context(TLS_server_method());
  if (!context) return std::unexpected(context.error());
  const SslPtr ssl(SSL_new(context->get()));
  if (SSL_use_cert_and_key(ssl.get(), leaf, key, chain, 1) == 1) return {};
  const auto level = SSL_get_security_level(ssl.get());
  return unusable("TLS cannot be done with it, OpenSSL says: " + take_openssl_error() +
                  " (its security level is " + std::to_string(level) + "); take " + strong_enough_for(level));
}

Result<CertificatePtr> parse_certificate(std::string_view chain_pem, std::string_view key_pem,
                                         std::string origin, KeyPassword password) {
  auto certificates = parse_certificates(chain_pem);
  if (!certificates) return std::unexpected(certificates.error());
  auto key = parse_private_key(key_pem, password);
  if (!key) return std::unexpected(key.error());
  auto& leaf = certificates->front();
  if (!is_key_of(leaf.get(), key->get()))
    return unusable("the private key does not belong to the certificate");

  auto certificate = std::make_shared<Certificate>();
  certificate->origin = std::move(origin);
  certificate->key = std::move(*key);
  certificate->names = names_in(leaf.get());
  certificate->not_before = to_time(X509_get0_notBefore(leaf.get()));
  certificate->not_after = to_time(X509_get0_notAfter(leaf.get()));
  certificate->leaf = std::move(leaf);
  certificate->chain.reset(sk_X509_new_null());
  for (std::size_t i = 1; i < certificates->size(); ++i)
    sk_X509_push(certificate->chain.get(), (*certificates)[i].release());
  const auto usable =
      usable_for_tls(certificate->leaf.get(), certificate->key.get(), certificate->chain.get());
  if (!usable) return std::unexpected(usable.error());
  return certificate;
}

}  // namespace otoroshi
