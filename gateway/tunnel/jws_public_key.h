// A public key that checks RS and ES tokens (RFC 7518 sections 3.3 and 3.4). Immutable; any thread. (pure)
#pragma once

#include <cjose/jwk.h>

#include <memory>
#include <string_view>

#include "common/base/result.h"
#include "common/json/parse.h"
#include "common/net/openssl.h"
#include "gateway/tunnel/jws.h"

namespace otoroshi::gateway {

class JwsPublicKey {
 public:
  // RSA with at least 2048 bits (RFC 7518 section 3.3), or EC on P-256, P-384 or P-521. The sentence of a
  // failure begins with "is" or "has": the caller knows whose key it is.
  static Result<JwsPublicKey> from_pem(std::string_view pem);  // "-----BEGIN PUBLIC KEY-----"
  static Result<JwsPublicKey> from_jwk(
      const JsonValue& jwk_object);  // RFC 7517; private parts are not looked at

  JwsFamily family() const { return family_; }
  // An RSA key goes with each RS algorithm, an EC key only with that of its curve's size.
  bool fits(JwsAlgorithm algorithm) const;
  // Whether the key fits the token's algorithm and has signed it.
  bool has_signed(const Jws& token) const;

 private:
  using Key = std::unique_ptr<cjose_jwk_t, OpensslDeleter<cjose_jwk_release>>;
  JwsPublicKey(Key key, JwsFamily family, std::uint16_t es_size)
      : key_(std::move(key)), family_(family), es_size_(es_size) {}

  Key key_;
  JwsFamily family_;
  std::uint16_t es_size_;  // 256, 384 or 512; 0: RSA
};

}  // namespace otoroshi::gateway
