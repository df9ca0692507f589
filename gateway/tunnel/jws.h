// Signed JSON Web Tokens in compact form (RFC 7515 section 3.1, RFC 7519), read so strictly that no second
// reader can see something else in them, and the check of an HMAC. Signatures by public keys:
// gateway/tunnel/jws_public_key.h. (pure)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/json/parse.h"

namespace otoroshi::gateway {

inline constexpr std::size_t max_token_size = 16 * 1024;

// Of RFC 7518 section 3.1: HMAC, RSA PKCS #1 v1.5, ECDSA. "none" is not among them on purpose.
enum class JwsFamily : std::uint8_t { hs, rs, es };
struct JwsAlgorithm {
  JwsFamily family = JwsFamily::hs;
  std::uint16_t size = 256;  // of the hash, in bits: 256, 384 or 512

  friend bool operator==(const JwsAlgorithm&, const JwsAlgorithm&) = default;
};
std::optional<JwsAlgorithm> parse_jws_algorithm(std::string_view name);  // "HS256", in this letter case only
std::string name_of(JwsAlgorithm algorithm);

// A token that was read and is not believed yet.
struct Jws {
  std::string text;
  JwsAlgorithm algorithm;
  std::optional<std::string> key_id;  // "kid" of the header
  JsonDocument claims;                // an object
  std::string signature;              // decoded

  std::string_view signing_input() const { return std::string_view(text).substr(0, text.rfind('.')); }
};

// Exactly three parts of base64url, header and claims JSON objects without a name twice, an algorithm of
// ours, and no "crit" or "b64", whose extensions we do not know. Fails (bad_input, client) with a sentence
// that does not show the token.
Result<Jws> parse_jws(std::string_view text);

// Whether the token is an HS token that was signed with this secret; constant time. The secret may be short
// (Otoroshi takes any length), but an empty one has signed nothing.
bool is_signed_with(const Jws& token, std::string_view secret);

}  // namespace otoroshi::gateway
