#include "common/model/jwt_verifier_json.h"

namespace otoroshi {
namespace {

using namespace kinds;
using Source = JwtVerifier::Source;
using AlgoSettings = JwtVerifier::AlgoSettings;
using Verification = JwtVerifier::Verification;
using Strategy = JwtVerifier::Strategy;

const EntityDescription<Source>& source_description() {
  static const auto table =
      EntityDescription<Source>("Where in a request the token is.", &Source::unknown_fields)
          .field("type", &Source::type, one_of<JwtSource>(jwt_source_names), "In which part of the request.",
                 Presence::required)
          .field("name", &Source::name, filled_line(), "The name of the header, parameter or cookie.",
                 Presence::required)
          .field("remove", &Source::remove, line(), "What stands in front of the token and is cut off.");
  return table;
}

const EntityDescription<AlgoSettings>& algo_settings_description() {
  static const auto table =
      EntityDescription<AlgoSettings>("By which algorithm and key tokens are signed.",
                                      &AlgoSettings::unknown_fields)
          .field("type", &AlgoSettings::type, one_of<JwtAlgorithm>(jwt_algorithm_names),
                 "HMAC, RSA, elliptic curves, or a set of keys from a URL.", Presence::required)
          .field("size", &AlgoSettings::size, integer<std::uint16_t>(),
                 "With HS, RS and ES: 256, 384 or 512.")
          .field("secret", &AlgoSettings::secret, text(), "With HS: the shared secret.", Presence::extension)
          .field("publicKey", &AlgoSettings::public_key, text(), "With RS and ES: the public key, in PEM.",
                 Presence::extension)
          .field("url", &AlgoSettings::url, line(), "With JWKS: where the keys are; http, https or file.",
                 Presence::extension)
          .field("timeout", &AlgoSettings::timeout_ms, integer<std::uint32_t>({1, 600'000}),
                 "With JWKS: for one fetching, in milliseconds.", Presence::extension)
          .field("ttl", &AlgoSettings::ttl_ms, integer<std::uint32_t>(),
                 "With JWKS: how long fetched keys are used, in milliseconds.", Presence::extension)
          .field("headers", &AlgoSettings::headers, map_of(text()), "With JWKS: headers of the request.",
                 Presence::extension)
          .field("kty", &AlgoSettings::kty, text(), "With JWKS: keys of this type only, RSA or EC.",
                 Presence::extension);
  return table;
}

const EntityDescription<Verification>& verification_description() {
  static const auto table =
      EntityDescription<Verification>("What a token's claims must be.", &Verification::unknown_fields)
          .field("fields", &Verification::fields, map_of(text()), "The text that a claim must be.")
          .field("arrayFields", &Verification::array_fields, map_of(text()),
                 "The element that must be in a claim, which is a list.");
  return table;
}

const EntityDescription<Strategy>& strategy_description() {
  static const auto table =
      EntityDescription<Strategy>("What is done with a token; only its verification is of use here.",
                                  &Strategy::unknown_fields)
          .field("type", &Strategy::type, line(), "Otoroshi's name of the strategy.")
          .field("verificationSettings", &Strategy::verification, object_of(verification_description()),
                 "What a token's claims must be.");
  return table;
}

}  // namespace

const EntityDescription<JwtVerifier>& jwt_verifier_description() {
  static const auto table =
      EntityDescription<JwtVerifier>("Which tokens are believed.", &JwtVerifier::unknown_fields)
          .field("id", &JwtVerifier::id, line(), "Unique identifier; generated if absent.")
          .field("name", &JwtVerifier::name, line(), "Display name of the verifier.")
          .field("desc", &JwtVerifier::description, text(), "What the verifier is for.")
          .field("enabled", &JwtVerifier::enabled, boolean(), "Whether it believes any token.")
          .field("strict", &JwtVerifier::strict, boolean(), "Whether a missing token is refused.")
          .field("source", &JwtVerifier::source, object_of(source_description()),
                 "Where in a request the token is.")
          .field("algoSettings", &JwtVerifier::algo, object_of(algo_settings_description()),
                 "By which algorithm and key tokens are signed.", Presence::required)
          .field("strategy", &JwtVerifier::strategy, object_of(strategy_description()),
                 "What is done with a token; only its verification is of use here.")
          .field("tags", &JwtVerifier::tags, list_of(text()), "Tags.")
          .field("metadata", &JwtVerifier::metadata, map_of(text()), "Texts by key, for their owner's use.");
  return table;
}

std::expected<JwtVerifier, Problems> parse_jwt_verifier(std::string_view json) {
  return parse_entity(jwt_verifier_description(), json);
}

std::string to_json(const JwtVerifier& verifier) {
  return entity_to_json(jwt_verifier_description(), verifier);
}

}  // namespace otoroshi
