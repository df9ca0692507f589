#include "common/auth/session_token.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "common/auth/auth_headers.h"

namespace otoroshi {
namespace {

constexpr std::string_view separator = "::";

std::string signature_of(std::string_view secret, std::string_view session_id) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(session_id.data()), session_id.size(), digest.data(), &size);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += digits[digest[i] >> 4];
    hex += digits[digest[i] & 0xf];
  }
  return hex;
}

}  // namespace

std::string session_token(std::string_view secret, std::string_view session_id) {
  return signature_of(secret, session_id).append(separator).append(session_id);
}

std::optional<std::string_view> verify_session_token(std::string_view secret, std::string_view token) {
  auto end = token.find(separator);
  if (end == std::string_view::npos) return std::nullopt;
  auto session_id = token.substr(end + separator.size());
  if (session_id.empty()) return std::nullopt;
  if (!constant_time_equal(token.substr(0, end), signature_of(secret, session_id))) return std::nullopt;
  return session_id;
}

}  // namespace otoroshi
