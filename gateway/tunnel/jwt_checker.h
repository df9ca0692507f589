// A JWT verifier ready for use: where its token is in a request, and whether the token is to be believed.
// Immutable, shared by all workers through the TunnelTable. (pure)
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/model/jwt_verifier.h"
#include "common/tunnel/upgrade.h"
#include "gateway/tunnel/jwk_set.h"
#include "gateway/tunnel/jws_public_key.h"

namespace otoroshi::gateway {

// What a token that is believed says of who shows it.
struct TrustedToken {
  std::string subject;                                           // claim "sub"; "": none
  std::optional<std::chrono::system_clock::time_point> expires;  // leeway included; nullopt: never
};

class JwtChecker {
 public:
  // Fails (bad_input, gateway) with what is wrong with the verifier's algorithm and keys; the sentence begins
  // with the path of the field, "algoSettings.publicKey ...".
  static Result<std::shared_ptr<const JwtChecker>> make(JwtVerifierPtr verifier);

  const JwtVerifier& verifier() const { return *verifier_; }
  // Its keys are published at a URL: check() wants the set that is there now (gateway/tunnel/jwks.h).
  bool needs_key_set() const { return verifier_->algo.type == JwtAlgorithm::jwks; }

  // Lies in the request. nullopt: there is none where this verifier looks.
  std::optional<std::string_view> find_token(const tunnel::Request& request) const;

  // Algorithm, signature, "exp" and "nbf", the verifier's fields, in this order. `keys` is only read if
  // needs_key_set(). Fails (bad_input, client); the sentence shows nothing of the token but its algorithm and
  // the names of claims.
  Result<TrustedToken> check(const Jws& token, const JwkSet* keys,
                             std::chrono::system_clock::time_point now) const;

  // Whether it believes every token that `earlier` did, which had its id before: the algorithm and the key
  // are the same and nothing more is demanded. (Of keys that are published at a URL only the URL is
  // compared.)
  bool believes_as(const JwtChecker& earlier) const;

 private:
  explicit JwtChecker(JwtVerifierPtr verifier) : verifier_(std::move(verifier)) {}
  Result<void> prepare();
  bool allows(JwsAlgorithm algorithm) const;
  bool is_genuine(const Jws& token, const JwkSet* keys) const;

  JwtVerifierPtr verifier_;
  std::optional<JwsAlgorithm> algorithm_;   // HS, RS, ES: the only one
  std::optional<JwsPublicKey> public_key_;  // RS, ES
};

}  // namespace otoroshi::gateway
