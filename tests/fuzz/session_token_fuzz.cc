// Any secret and any token (the input, split at its first line break): the token opens a session exactly if
// it is hex(HMAC-SHA256(secret, id)) "::" id, made here once more; and the one that we make opens its own.
#include "common/auth/session_token.h"

#include <openssl/evp.h>

#include <array>
#include <string>

#include "tests/fuzz/property.h"

using namespace otoroshi;
using test::must_hold;

namespace {

std::string right_token(std::string_view secret, std::string_view id) {
  std::array<unsigned char, 32> digest;
  std::size_t size = 0;
  EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, secret.data(), secret.size(),
            reinterpret_cast<const unsigned char*>(id.data()), id.size(), digest.data(), digest.size(),
            &size);
  std::string token;
  for (const auto byte : digest) {
    token += "0123456789abcdef"[byte / 16];
    token += "0123456789abcdef"[byte % 16];
  }
  return token.append("::").append(id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto token = test::input_text(data, size);
  const auto secret = test::take_until(token, '\n');

  const auto separator = token.find("::");
  const auto id = separator == token.npos ? std::string_view() : token.substr(separator + 2);
  const bool is_right = !id.empty() && token == right_token(secret, id);
  const auto opened = verify_session_token(secret, token);
  must_hold(opened.has_value() == is_right);
  if (opened) must_hold(*opened == id);

  const auto made = session_token(secret, token);
  must_hold(made == right_token(secret, token));
  must_hold(verify_session_token(secret, made).value_or("") == token);
  return 0;
}
