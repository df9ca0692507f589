// Makes signed JWTs of every kind, the broken ones included, with OpenSSL alone: the code under test checks
// public-key signatures by cjose.
#pragma once

#include <string>
#include <string_view>

#include "common/net/openssl.h"

namespace otoroshi::test {

// The first two parts of a token, in base64url with a dot between them.
std::string unsigned_token(std::string_view header, std::string_view claims);

std::string hmac(std::string_view secret, std::string_view text, int size = 256);

// {"alg":"HS256","typ":"JWT"} and these claims.
std::string hs_token(std::string_view secret, std::string_view claims, int size = 256);
// With any header, signed as HS256.
std::string hs_token_with_header(std::string_view secret, std::string_view header, std::string_view claims);

class SigningKey {
 public:
  static SigningKey rsa(unsigned bits = 2048);
  static SigningKey ec(const char* curve = "P-256");  // or "P-384", "P-521", "secp256k1"

  std::string public_pem() const;
  std::string private_pem() const;
  // As a JWK; `more` is put in front of its members: R"("kid":"a",)".
  std::string jwk(std::string_view more = {}) const;

  // `algorithm`: "RS256", "ES384", ...; `more` is put into the header: R"(,"kid":"a")".
  std::string token(std::string_view algorithm, std::string_view claims, std::string_view more = {}) const;
  // An ES signature as other protocols write it.
  std::string token_with_der_signature(std::string_view algorithm, std::string_view claims) const;

 private:
  explicit SigningKey(PrivateKeyPtr key) : key_(std::move(key)) {}
  std::string sign(std::string_view algorithm, std::string_view text) const;
  std::string number(const char* parameter) const;
  bool is_rsa() const { return EVP_PKEY_is_a(key_.get(), "RSA") == 1; }
  PrivateKeyPtr key_;
};

}  // namespace otoroshi::test
