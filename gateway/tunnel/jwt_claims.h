// What a token that was found to be genuine says (RFC 7519 section 4). (pure)
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/json/parse.h"
#include "common/model/jwt_verifier.h"

namespace otoroshi::gateway {

// For clocks that differ (RFC 7519 section 4.1.4), as in Otoroshi.
inline constexpr auto token_leeway = std::chrono::seconds(10);

// "exp" and "nbf". Until when the token is good, leeway included; nullopt: it does not say. Fails (bad_input,
// client) if it is good no longer or not yet, or if a time is no number.
Result<std::optional<std::chrono::system_clock::time_point>> check_times(
    const JsonValue& claims, std::chrono::system_clock::time_point now);

// A verifier's "fields" and "arrayFields". Numbers and booleans are compared by their JSON text. The sentence
// of a failure names the claim and not what was expected.
Result<void> check_fields(const JsonValue& claims, const JwtVerifier::Verification& expected);

// A claim that is a text; "": there is none.
std::string_view text_claim(const JsonValue& claims, std::string_view name);

}  // namespace otoroshi::gateway
