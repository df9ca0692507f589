// A JWK Set (RFC 7517 section 5): the public keys that somebody signs tokens with at the moment. Immutable;
// any thread. (pure)
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "gateway/tunnel/jws_public_key.h"

namespace otoroshi::gateway {

class JwkSet {
 public:
  static constexpr std::size_t max_keys = 1000;

  // {"keys": [...]}. Keys that are not for signatures, or of a kind that we do not know, are passed over (RFC
  // 7517 section 5): none may be left. Fails on what is no set, and on more than max_keys.
  static Result<JwkSet> parse(std::string_view text);

  std::size_t size() const { return keys_.size(); }
  bool has(std::string_view key_id) const;
  // Whether the key that the token's "kid" names has signed it; without "kid", any that fits.
  bool has_signed(const Jws& token) const;

 private:
  struct Key {
    std::optional<std::string> id;
    std::optional<JwsAlgorithm> algorithm;  // the only one it may be used with
    JwsPublicKey key;
  };
  static std::optional<Key> read_key(const JsonValue& value);
  std::vector<Key> keys_;
};

using JwkSetPtr = std::shared_ptr<const JwkSet>;

}  // namespace otoroshi::gateway
