#include "gateway/tunnel/jwt_checker.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "common/text/ascii.h"
#include "common/text/http_text.h"
#include "common/text/quoted.h"
#include "gateway/tunnel/jwks_source.h"
#include "gateway/tunnel/jwt_claims.h"

namespace otoroshi::gateway {
namespace {

std::unexpected<Error> unusable(std::string sentence) {
  return fail(ErrorCode::bad_input, Side::gateway, std::move(sentence));
}

std::unexpected<Error> refused(std::string sentence) {
  return fail(ErrorCode::bad_input, Side::client, std::move(sentence));
}

JwsFamily family_of(JwtAlgorithm algorithm) {
  if (algorithm == JwtAlgorithm::hs) return JwsFamily::hs;
  return algorithm == JwtAlgorithm::rs ? JwsFamily::rs : JwsFamily::es;
}

// What is left of a header's value behind the prefix. A value of another scheme ("Basic ...") is no token;
// one without any scheme is, as in Otoroshi.
std::string_view without_prefix(std::string_view value, std::string_view prefix) {
  value = trim_http(value);
  prefix = trim_http(prefix);
  if (prefix.empty()) return value;
  if (equal_ignoring_case(value.substr(0, prefix.size()), prefix))
    return trim_http(value.substr(prefix.size()));
  return value.contains(' ') ? std::string_view() : value;
}

// What `now` demands of a token's claims was demanded before.
bool demands_no_more(const std::map<std::string, std::string>& now,
                     const std::map<std::string, std::string>& before) {
  return std::ranges::includes(before, now);
}

}  // namespace

Result<std::shared_ptr<const JwtChecker>> JwtChecker::make(JwtVerifierPtr verifier) {
  std::shared_ptr<JwtChecker> checker(new JwtChecker(std::move(verifier)));
  if (auto prepared = checker->prepare(); !prepared) return std::unexpected(prepared.error());
  return checker;
}

Result<void> JwtChecker::prepare() {
  const auto& algo = verifier_->algo;
  if (algo.type == JwtAlgorithm::jwks) return check_jwks_source(algo);
  algorithm_ = JwsAlgorithm{family_of(algo.type), algo.size};
  const auto name = name_of(*algorithm_);
  if (!parse_jws_algorithm(name))
    return unusable("algoSettings.size " + std::to_string(algo.size) +
                    " is not allowed: 256, 384 or 512 is wanted");
  if (algo.type == JwtAlgorithm::hs) {
    if (algo.secret.empty()) return unusable("algoSettings.secret is empty: everybody could sign tokens");
    return {};
  }
  auto key = JwsPublicKey::from_pem(algo.public_key);
  if (!key) return unusable("algoSettings.publicKey " + key.error().sentence);
  if (!key->fits(*algorithm_)) {
    return unusable("algoSettings.publicKey is of the wrong kind for " + name +
                    ": RS is for RSA keys, ES256, ES384 and ES512 for EC keys on P-256, P-384 and P-521");
  }
  public_key_ = std::move(*key);
  return {};
}

std::optional<std::string_view> JwtChecker::find_token(const tunnel::Request& request) const {
  const auto& source = verifier_->source;
  std::optional<std::string_view> token;
  switch (source.type) {
    case JwtSource::header:
      token = request.header(source.name).transform([&](std::string_view value) {
        return without_prefix(value, source.remove);
      });
      break;
    case JwtSource::query_param:
      token = request.parameter(source.name);
      break;
    case JwtSource::cookie:
      token = request.cookie(source.name);
      break;
  }
  if (token && token->empty()) return std::nullopt;
  return token;
}

bool JwtChecker::allows(JwsAlgorithm algorithm) const {
  if (algorithm_) return algorithm == *algorithm_;
  // Keys that everybody can read must never become HMAC secrets.
  if (algorithm.family == JwsFamily::hs) return false;
  const auto& type = verifier_->algo.kty;
  return type.empty() || equal_ignoring_case(type, algorithm.family == JwsFamily::rs ? "RSA" : "EC");
}

bool JwtChecker::is_genuine(const Jws& token, const JwkSet* keys) const {
  if (needs_key_set()) return keys && keys->has_signed(token);
  return public_key_ ? public_key_->has_signed(token) : is_signed_with(token, verifier_->algo.secret);
}

Result<TrustedToken> JwtChecker::check(const Jws& token, const JwkSet* keys,
                                       std::chrono::system_clock::time_point now) const {
  if (!allows(token.algorithm))
    return refused("the token is signed with " + name_of(token.algorithm) +
                   ", which the verifier does not take");
  if (!is_genuine(token, keys)) {
    if (keys && token.key_id && !keys->has(*token.key_id))
      return refused("the token is signed with a key that its issuer does not publish (\"kid\")");
    return refused("the token's signature is wrong; ask the issuer that the verifier trusts for a token");
  }
  const auto expires = check_times(token.claims, now);
  if (!expires) return std::unexpected(expires.error());
  if (auto fields = check_fields(token.claims, verifier_->strategy.verification); !fields)
    return std::unexpected(fields.error());
  return TrustedToken{std::string(text_claim(token.claims, "sub")), *expires};
}

bool JwtChecker::believes_as(const JwtChecker& earlier) const {
  const auto trust = [](const JwtVerifier::AlgoSettings& algo) {
    return std::tie(algo.type, algo.size, algo.secret, algo.public_key, algo.url, algo.kty);
  };
  const auto& now = *verifier_;
  const auto& before = *earlier.verifier_;
  if (&now == &before) return true;
  return trust(now.algo) == trust(before.algo) &&
         demands_no_more(now.strategy.verification.fields, before.strategy.verification.fields) &&
         demands_no_more(now.strategy.verification.array_fields, before.strategy.verification.array_fields);
}

}  // namespace otoroshi::gateway
