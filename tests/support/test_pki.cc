#include "tests/support/test_pki.h"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "common/text/host_port.h"

namespace otoroshi::test {
namespace {

PrivateKeyPtr make_key(int type) {
  if (type == EVP_PKEY_RSA) return PrivateKeyPtr(EVP_RSA_gen(2048));
  return PrivateKeyPtr(EVP_EC_gen("P-256"));
}

template <class Write>
std::string to_pem(Write write) {
  BioPtr out(BIO_new(BIO_s_mem()));
  write(out.get());
  char* data = nullptr;
  auto size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string certificate_pem(X509* certificate) {
  return to_pem([&](BIO* out) { PEM_write_bio_X509(out, certificate); });
}
std::string key_pem(EVP_PKEY* key) {
  return to_pem([&](BIO* out) { PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

void set_common_name(X509_NAME* name, const std::string& text) {
  if (text.empty()) return;
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                             static_cast<int>(text.size()), -1, 0);
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  if (!extension) throw std::runtime_error("bad extension " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) {
    if (!text.empty()) text += ',';
    text.append(is_ip_literal(name) ? "IP:" : "DNS:").append(name);
  }
  return text;
}

X509Ptr make_certificate(const CertificateWish& wish, EVP_PKEY* key, const std::string& issuer,
                         EVP_PKEY* issuer_key, bool is_ca) {
  X509Ptr certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  std::uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
  auto seconds = [](std::chrono::hours hours) { return static_cast<long>(hours.count() * 3600); };
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), seconds(wish.valid_from));
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), seconds(wish.valid_until));
  X509_set_pubkey(certificate.get(), key);
  set_common_name(X509_get_subject_name(certificate.get()), wish.common_name);
  set_common_name(X509_get_issuer_name(certificate.get()), issuer);
  add_extension(certificate.get(), NID_basic_constraints, is_ca ? "critical,CA:TRUE" : "CA:FALSE");
  if (!wish.names.empty())
    add_extension(certificate.get(), NID_subject_alt_name, alternative_names(wish.names));
  X509_sign(certificate.get(), issuer_key, EVP_sha256());
  return certificate;
}

}  // namespace

TestCa::TestCa(const std::string& common_name) : key_(make_key(EVP_PKEY_EC)) {
  certificate_ = make_certificate({.common_name = common_name}, key_.get(), common_name, key_.get(), true);
  pem_ = certificate_pem(certificate_.get());
}

PemPair TestCa::issue(const CertificateWish& wish) const {
  auto key = make_key(wish.key_type);
  auto issuer = subject_of(certificate_.get()).substr(3);  // behind "CN="
  auto certificate = make_certificate(wish, key.get(), issuer, key_.get(), false);
  return {certificate_pem(certificate.get()), key_pem(key.get())};
}

PemPair self_signed(const CertificateWish& wish) {
  auto key = make_key(wish.key_type);
  auto certificate = make_certificate(wish, key.get(), wish.common_name, key.get(), false);
  return {certificate_pem(certificate.get()), key_pem(key.get())};
}

std::string encrypted_key(const PemPair& pair) {
  PrivateKeyPtr key(PEM_read_bio_PrivateKey(memory_bio(pair.key).get(), nullptr, nullptr, nullptr));
  char password[] = "password";
  return to_pem([&](BIO* out) {
    PEM_write_bio_PKCS8PrivateKey(out, key.get(), EVP_aes_128_cbc(), password, sizeof password - 1, nullptr,
                                  nullptr);
  });
}

CertificatePtr parsed(const PemPair& pair) {
  auto certificate = parse_certificate(pair.certificate, pair.key, "test");
  if (!certificate) throw std::runtime_error(certificate.error().sentence);
  return *certificate;
}

TemporaryFolder::TemporaryFolder() {
  auto pattern = (std::filesystem::temp_directory_path() / "otoroshi-test-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::filesystem::remove_all(path_);
}

std::string TemporaryFolder::write(const std::string& name, const std::string& text) const {
  auto file = path_ + "/" + name;
  // A new file each time, as deployment tools do it: never half-written, and another inode.
  std::ofstream(file + ".new", std::ios::binary) << text;
  std::filesystem::rename(file + ".new", file);
  return file;
}

void TemporaryFolder::remove(const std::string& name) const {
  std::filesystem::remove(path_ + "/" + name);
}

}  // namespace otoroshi::test
