#include "common/auth/session_token.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <span>

#include "common/auth/auth_headers.h"
#include "common/text/hex.h"

namespace otoroshi {
namespace {

constexpr std::string_view separator = "::";

std::string signature_of(std::string_view secret, std::string_view session_id) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(session_id.data()), session_id.size(), digest.data(), &size);
  std::string hex;
  for (const auto byte : std::span(digest).first(size)) append_hex(hex, byte);
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
