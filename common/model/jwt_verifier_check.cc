#include "common/model/jwt_verifier_check.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "common/json/reader.h"
#include "common/text/quoted.h"

namespace otoroshi {
namespace {

constexpr std::array<std::uint16_t, 3> sizes = {256, 384, 512};
constexpr std::array<std::string_view, 3> schemes = {"http://", "https://", "file://"};
constexpr std::array<std::string_view, 3> key_types = {"", "RSA", "EC"};

void check_size(std::uint16_t size, const JsonPlace& place) {
  if (std::ranges::find(sizes, size) != sizes.end()) return;
  (place / "size").refuse(std::to_string(size), "256, 384 or 512");
}

void check_given(const std::string& text, std::string_view name, std::string_view wanted,
                 const JsonPlace& place) {
  if (text.empty()) (place / name).problem("is missing: " + std::string(wanted) + " is wanted");
}

bool is_url(std::string_view text) {
  return std::ranges::any_of(schemes, [text](std::string_view scheme) {
    return text.starts_with(scheme) && text.size() > scheme.size();
  });
}

void check_key_set(const JwtVerifier::AlgoSettings& algo, const JsonPlace& place) {
  if (!is_url(algo.url))
    (place / "url")
        .problem("with JWKSAlgoSettings a URL is wanted that begins with http://, https:// or file://");
  if (std::ranges::find(key_types, algo.kty) == key_types.end())
    (place / "kty").refuse(quoted(algo.kty), "\"RSA\" or \"EC\"");
}

}  // namespace

Problems check(const JwtVerifier& verifier) {
  Problems problems;
  const JsonPlace root(problems);
  const auto place = root / "algoSettings";
  const auto& algo = verifier.algo;
  switch (algo.type) {
    case JwtAlgorithm::hs:
      check_size(algo.size, place);
      check_given(algo.secret, "secret", "the secret that tokens are signed with", place);
      break;
    case JwtAlgorithm::rs:
    case JwtAlgorithm::es:
      check_size(algo.size, place);
      check_given(algo.public_key, "publicKey", "the public key in PEM", place);
      break;
    case JwtAlgorithm::jwks:
      check_key_set(algo, place);
      break;
  }
  return problems;
}

}  // namespace otoroshi
