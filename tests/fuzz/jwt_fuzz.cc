// Any token: it is believed only if it is, byte for byte, one of those that were signed. The input is tried
// as a whole token, as header and claims (split at its first NUL byte) around genuine signatures, and as a
// change of genuine tokens.
#include <memory>
#include <string>
#include <vector>

#include "common/text/base64url.h"
#include "gateway/tunnel/jwt_checker.h"
#include "tests/fuzz/property.h"
#include "tests/fuzz/signed_tokens.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using test::must_hold;

namespace {

std::shared_ptr<const JwtChecker> checker_of(const test::SignedToken& genuine) {
  JwtVerifier verifier;
  verifier.algo.type = genuine.type;
  (genuine.type == JwtAlgorithm::hs ? verifier.algo.secret : verifier.algo.public_key) = genuine.key;
  return JwtChecker::make(std::make_shared<const JwtVerifier>(verifier)).value();
}

struct Issuer {
  test::SignedToken genuine;
  std::shared_ptr<const JwtChecker> checker = checker_of(genuine);
};

const std::vector<Issuer>& issuers() {
  static const std::vector<Issuer> all(std::begin(test::signed_tokens), std::end(test::signed_tokens));
  return all;
}

void must_be_believed_only_if_signed(std::string_view token) {
  const auto parsed = parse_jws(token);
  for (const auto& [genuine, checker] : issuers()) {
    const bool is_believed = parsed && checker->check(*parsed, nullptr, {});
    must_hold(is_believed == (token == genuine.token));
  }
}

// Header, claims and signature, still encoded.
std::vector<std::string> parts_of(std::string_view token) {
  std::vector<std::string> parts;
  while (!token.empty()) parts.emplace_back(test::take_until(token, '.'));
  return parts;
}

void try_header_and_claims(std::string_view header, std::string_view claims) {
  for (const auto& issuer : issuers()) {
    const auto genuine = parts_of(issuer.genuine.token);
    for (const auto& first : {base64url_encode(header), genuine[0]})
      for (const auto& second : {base64url_encode(claims), genuine[1]})
        must_be_believed_only_if_signed(first + '.' + second + '.' + genuine[2]);
    must_be_believed_only_if_signed(base64url_encode(header) + '.' + base64url_encode(claims) + '.');
  }
}

// Replaces, puts in or takes out bytes at a place that the input chooses: of a token's text, and of its
// signature before that is encoded.
void try_change(std::string_view input) {
  const auto& all = issuers();
  const auto& genuine = all[test::take_byte(input) % all.size()].genuine;
  const std::size_t place = test::take_byte(input) * 256u + test::take_byte(input);
  const std::size_t taken_out = test::take_byte(input);
  const auto changed = [&](std::string bytes) {
    return bytes.replace(place % (bytes.size() + 1), taken_out, input.substr(0, 8));
  };
  must_be_believed_only_if_signed(changed(std::string(genuine.token)));
  const auto parts = parts_of(genuine.token);
  const auto signature = base64url_encode(changed(base64url_decode(parts[2]).value()));
  must_be_believed_only_if_signed(parts[0] + '.' + parts[1] + '.' + signature);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = test::input_text(data, size);
  must_be_believed_only_if_signed(input);
  auto claims = input;
  const auto header = test::take_until(claims, '\0');
  try_header_and_claims(header, claims);
  try_change(input);
  return 0;
}
