#include "common/auth/auth_headers.h"

#include <openssl/crypto.h>

#include "common/text/ascii.h"
#include "common/text/base64.h"

namespace otoroshi {
namespace {

// What follows `scheme` and at least one space; nullopt: another scheme.
std::optional<std::string_view> credentials_of(std::string_view value, std::string_view scheme) {
  if (value.size() <= scheme.size() || value[scheme.size()] != ' ') return std::nullopt;
  if (!equal_ignoring_case(value.substr(0, scheme.size()), scheme)) return std::nullopt;
  auto first = value.find_first_not_of(' ', scheme.size());
  if (first == std::string_view::npos) return std::nullopt;
  return value.substr(first, value.find_last_not_of(' ') + 1 - first);
}

}  // namespace

std::optional<BasicCredentials> parse_id_and_secret(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == 0 || colon == text.npos || colon + 1 == text.size()) return std::nullopt;
  return BasicCredentials{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

std::string basic_authorization(std::string_view id, std::string_view secret) {
  return "Basic " + base64_encode(std::string(id).append(":").append(secret));
}

std::string bearer_authorization(std::string_view token) {
  return std::string("Bearer ").append(token);
}

std::optional<BasicCredentials> parse_basic_authorization(std::string_view value) {
  auto encoded = credentials_of(value, "Basic");
  if (!encoded) return std::nullopt;
  auto decoded = base64_decode(*encoded);
  if (!decoded) return std::nullopt;
  auto colon = decoded->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return BasicCredentials{decoded->substr(0, colon), decoded->substr(colon + 1)};
}

std::optional<std::string_view> parse_bearer_authorization(std::string_view value) {
  return credentials_of(value, "Bearer");
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace otoroshi
