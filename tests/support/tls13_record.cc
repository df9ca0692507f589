#include "tests/support/tls13_record.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <catch2/catch.hpp>
#include <map>

#include "tests/support/hello_builder.h"

namespace otoroshi::test {
namespace {

constexpr std::string_view secret_label = "CLIENT_TRAFFIC_SECRET_0 ";
constexpr std::size_t tag_size = 16;

std::map<const SSL*, std::string>& secrets() {
  static std::map<const SSL*, std::string> all;
  return all;
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

// A line of the NSS key log: label, client random, secret, both in hexadecimal.
void note_secret(const SSL* ssl, const char* line) {
  const std::string_view text(line);
  if (text.starts_with(secret_label)) secrets()[ssl] = from_hex(text.substr(text.rfind(' ') + 1));
}

// RFC 8446, section 7.1, with an empty context.
std::string hkdf_expand_label(std::string secret, std::string_view label, std::size_t size) {
  auto info = be(size, 2) + vec(1, "tls13 " + std::string(label)) + vec(1, "");
  std::string digest = "SHA384";
  int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end()};
  std::string out(size, '\0');
  auto* kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  auto* context = EVP_KDF_CTX_new(kdf);
  const int done = EVP_KDF_derive(context, reinterpret_cast<unsigned char*>(out.data()), size, params);
  EVP_KDF_CTX_free(context);
  EVP_KDF_free(kdf);
  REQUIRE(done == 1);
  return out;
}

const unsigned char* raw(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string sealed(const std::string& key, const std::string& nonce, const std::string& header,
                   const std::string& plain) {
  std::string out(plain.size() + tag_size, '\0');
  auto* into = reinterpret_cast<unsigned char*>(out.data());
  auto* context = EVP_CIPHER_CTX_new();
  int size = 0;
  bool done = EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nullptr, raw(key), raw(nonce)) == 1 &&
              EVP_EncryptUpdate(context, nullptr, &size, raw(header), static_cast<int>(header.size())) == 1 &&
              EVP_EncryptUpdate(context, into, &size, raw(plain), static_cast<int>(plain.size())) == 1 &&
              EVP_EncryptFinal_ex(context, into + size, &size) == 1 &&
              EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_size),
                                  into + plain.size()) == 1;
  EVP_CIPHER_CTX_free(context);
  REQUIRE(done);
  return out;
}

}  // namespace

Tls13Client::Tls13Client(SSL* client) : client_(client) {
  SSL_CTX_set_keylog_callback(SSL_get_SSL_CTX(client), note_secret);
}

std::vector<std::byte> Tls13Client::record(std::uint64_t sequence, std::string_view content,
                                           std::uint8_t type) const {
  REQUIRE(std::string_view(SSL_get_cipher_name(client_)) == "TLS_AES_256_GCM_SHA384");
  const auto& secret = secrets().at(client_);
  const auto plain = std::string(content) + static_cast<char>(type);
  const auto header = "\x17\x03\x03" + be(plain.size() + tag_size, 2);  // looks like application data
  auto nonce = hkdf_expand_label(secret, "iv", 12);
  const auto number = be(sequence, 8);
  for (std::size_t i = 0; i < number.size(); ++i) nonce[4 + i] = static_cast<char>(nonce[4 + i] ^ number[i]);
  const auto bytes = header + sealed(hkdf_expand_label(secret, "key", 32), nonce, header, plain);
  const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
  return {first, first + bytes.size()};
}

}  // namespace otoroshi::test
