// Where a verifier's JWK Set comes from: a URL http://, https:// or file://.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/model/jwt_verifier.h"

namespace otoroshi::gateway {

inline constexpr std::size_t max_jwks_size = 1024 * 1024;

// Whether fetch_jwks() can do something with it. The sentence of a failure begins with the path of the field,
// "algoSettings.url ...". (pure)
Result<void> check_jwks_source(const JwtVerifier::AlgoSettings& source);

// A URL for logs and sentences: without its query, which may hold a secret. (pure)
std::string shown_url(std::string_view url);

// The text at the URL, at most max_jwks_size. Sends the source's headers; https is checked against the
// system's authorities; redirects are not followed. It takes at most `timeout_ms`. Blocks, so never on a
// worker. The sentence of a failure does not repeat the URL.
Result<std::string> fetch_jwks(const JwtVerifier::AlgoSettings& source);

}  // namespace otoroshi::gateway
