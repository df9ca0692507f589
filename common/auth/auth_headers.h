// Values of the Authorization header (RFC 9110 section 11.6.2), built by the client and read by the gateway,
// and the comparison for the secrets in them. (pure)
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace otoroshi {

struct BasicCredentials {
  std::string id;
  std::string secret;

  friend bool operator==(const BasicCredentials&, const BasicCredentials&) = default;
};

// "ID:SECRET", as a file keeps a key; the secret may contain ':'. nullopt: one of them is missing.
std::optional<BasicCredentials> parse_id_and_secret(std::string_view text);

// "Basic aWQ6c2VjcmV0" (RFC 7617). The id must not contain ':', for the reader splits at the first one.
std::string basic_authorization(std::string_view id, std::string_view secret);
// "Bearer TOKEN" (RFC 6750).
std::string bearer_authorization(std::string_view token);

// nullopt: another scheme, no base64, or no ':' inside. The scheme is matched in any letter case; the secret
// may contain ':'.
std::optional<BasicCredentials> parse_basic_authorization(std::string_view value);
// nullopt: another scheme, or an empty token. The token lies in `value`.
std::optional<std::string_view> parse_bearer_authorization(std::string_view value);

// Takes the same time wherever the two differ, so that a secret cannot be guessed byte by byte. Their lengths
// are not hidden.
bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace otoroshi
