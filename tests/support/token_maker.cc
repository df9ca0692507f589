#include "tests/support/token_maker.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "common/text/base64url.h"

namespace otoroshi::test {
namespace {

const EVP_MD* hash_of(std::string_view size) {
  if (size == "256") return EVP_sha256();
  return size == "384" ? EVP_sha384() : EVP_sha512();
}

template <class Write>
std::string to_pem(Write write) {
  BioPtr out(BIO_new(BIO_s_mem()));
  write(out.get());
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string with_signature(std::string text, std::string_view signature) {
  return text.append(".").append(base64url_encode(signature));
}

std::string header_of(std::string_view algorithm, std::string_view more = {}) {
  return std::string(R"({"alg":")").append(algorithm).append("\"").append(more).append("}");
}

// r and s side by side, each as wide as the curve (RFC 7518 section 3.4).
std::string raw_signature(const std::string& der, int width) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  std::unique_ptr<ECDSA_SIG, OpensslDeleter<ECDSA_SIG_free>> signature(
      d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())));
  std::string raw(static_cast<std::size_t>(2 * width), '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, width);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + width, width);
  return raw;
}

}  // namespace

std::string unsigned_token(std::string_view header, std::string_view claims) {
  return base64url_encode(header).append(".").append(base64url_encode(claims));
}

std::string hmac(std::string_view secret, std::string_view text, int size) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  HMAC(hash_of(std::to_string(size)), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &length);
  return {reinterpret_cast<const char*>(digest.data()), length};
}

std::string hs_token(std::string_view secret, std::string_view claims, int size) {
  const auto text = unsigned_token(header_of("HS" + std::to_string(size), R"(,"typ":"JWT")"), claims);
  return with_signature(text, hmac(secret, text, size));
}

std::string hs_token_with_header(std::string_view secret, std::string_view header, std::string_view claims) {
  const auto text = unsigned_token(header, claims);
  return with_signature(text, hmac(secret, text));
}

SigningKey SigningKey::rsa(unsigned bits) {
  return SigningKey(PrivateKeyPtr(EVP_RSA_gen(bits)));
}

SigningKey SigningKey::ec(const char* curve) {
  return SigningKey(PrivateKeyPtr(EVP_EC_gen(curve)));
}

std::string SigningKey::public_pem() const {
  return to_pem([&](BIO* out) { PEM_write_bio_PUBKEY(out, key_.get()); });
}

std::string SigningKey::private_pem() const {
  return to_pem(
      [&](BIO* out) { PEM_write_bio_PrivateKey(out, key_.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

std::string SigningKey::number(const char* parameter) const {
  BIGNUM* found = nullptr;
  if (!EVP_PKEY_get_bn_param(key_.get(), parameter, &found)) throw std::runtime_error("no such number");
  const int width = is_rsa() ? BN_num_bytes(found) : (EVP_PKEY_get_bits(key_.get()) + 7) / 8;
  std::string bytes(static_cast<std::size_t>(width), '\0');
  BN_bn2binpad(found, reinterpret_cast<unsigned char*>(bytes.data()), width);
  BN_free(found);
  return std::string("\"").append(base64url_encode(bytes)).append("\"");
}

std::string SigningKey::jwk(std::string_view more) const {
  std::string text("{");
  text.append(more);
  if (is_rsa()) {
    text.append(R"("kty":"RSA","n":)").append(number(OSSL_PKEY_PARAM_RSA_N));
    return text.append(R"(,"e":)").append(number(OSSL_PKEY_PARAM_RSA_E)).append("}");
  }
  const auto bits = std::to_string(EVP_PKEY_get_bits(key_.get()));
  text.append(R"("kty":"EC","crv":"P-)").append(bits).append("\"");
  text.append(R"(,"x":)").append(number(OSSL_PKEY_PARAM_EC_PUB_X));
  return text.append(R"(,"y":)").append(number(OSSL_PKEY_PARAM_EC_PUB_Y)).append("}");
}

std::string SigningKey::sign(std::string_view algorithm, std::string_view text) const {
  std::unique_ptr<EVP_MD_CTX, OpensslDeleter<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  EVP_DigestSignInit(context.get(), nullptr, hash_of(algorithm.substr(2)), nullptr, key_.get());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size());
  std::string signature(size, '\0');
  EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                 text.size());
  signature.resize(size);
  return signature;
}

std::string SigningKey::token(std::string_view algorithm, std::string_view claims,
                              std::string_view more) const {
  const auto text = unsigned_token(header_of(algorithm, more), claims);
  auto signature = sign(algorithm, text);
  if (!is_rsa()) signature = raw_signature(signature, (EVP_PKEY_get_bits(key_.get()) + 7) / 8);
  return with_signature(text, signature);
}

std::string SigningKey::token_with_der_signature(std::string_view algorithm, std::string_view claims) const {
  const auto text = unsigned_token(header_of(algorithm), claims);
  return with_signature(text, sign(algorithm, text));
}

}  // namespace otoroshi::test
