#include "gateway/tunnel/jws_public_key.h"

#include <cjose/jws.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "common/json/reader.h"
#include "common/json/writer.h"
#include "common/text/base64url.h"

namespace otoroshi::gateway {
namespace {

constexpr std::size_t least_rsa_bits = 2048;

// RFC 7518 section 6.2.1.1.
struct Curve {
  std::string_view name;     // in a JWK
  std::string_view openssl;  // in OpenSSL
  std::uint16_t es_size;     // the ES algorithm that goes with it
  std::size_t coordinate;    // bytes of x, y, and of each half of a signature
};
constexpr Curve curves[] = {
    {"P-256", "prime256v1", 256, 32}, {"P-384", "secp384r1", 384, 48}, {"P-521", "secp521r1", 512, 66}};

using BignumPtr = std::unique_ptr<BIGNUM, OpensslDeleter<BN_free>>;
using CjoseJwsPtr = std::unique_ptr<cjose_jws_t, OpensslDeleter<cjose_jws_release>>;

std::unexpected<Error> unusable(std::string sentence) {
  return fail(ErrorCode::bad_input, Side::gateway, std::move(sentence));
}

// Big-endian, with zeros in front up to `width` bytes.
std::string number_of(const EVP_PKEY* key, const char* parameter, std::size_t width = 0) {
  BIGNUM* found = nullptr;
  EVP_PKEY_get_bn_param(key, parameter, &found);
  const BignumPtr number(found);
  if (!number) return {};
  std::string bytes(std::max(width, static_cast<std::size_t>(BN_num_bytes(found))), '\0');
  BN_bn2binpad(found, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return base64url_encode(bytes);
}

const Curve* curve_of(const EVP_PKEY* key) {
  std::array<char, 32> name{};
  EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size(), nullptr);
  const auto found = std::ranges::find(curves, std::string_view(name.data()), &Curve::openssl);
  return found == std::end(curves) ? nullptr : found;
}

// cjose reads keys only as JWK. nullopt: neither RSA nor on one of the curves.
std::optional<std::string> jwk_of(const EVP_PKEY* key) {
  JsonWriter jwk;
  jwk.begin_object();
  if (EVP_PKEY_is_a(key, "RSA")) {
    jwk.key("kty").text("RSA");
    jwk.key("n").text(number_of(key, OSSL_PKEY_PARAM_RSA_N));
    jwk.key("e").text(number_of(key, OSSL_PKEY_PARAM_RSA_E));
  } else if (const auto* curve = EVP_PKEY_is_a(key, "EC") ? curve_of(key) : nullptr) {
    jwk.key("kty").text("EC").key("crv").text(curve->name);
    jwk.key("x").text(number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, curve->coordinate));
    jwk.key("y").text(number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, curve->coordinate));
  } else {
    return std::nullopt;
  }
  return jwk.end_object().take();
}

std::string_view text_member(const JsonValue& object, const char* name) {
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() || !found->value.IsString() ? std::string_view() : text_of(found->value);
}

// Odd and more than 1: with 1 everybody can sign, and no RSA key has an even one. What is no number is
// refused later.
bool is_safe_exponent(std::string_view text) {
  const auto number = base64url_decode(text);
  if (!number) return true;
  const auto first = number->find_first_not_of('\0');
  return first != std::string::npos && number->substr(first) != "\1" && (number->back() & 1) == 1;
}

}  // namespace

Result<JwsPublicKey> JwsPublicKey::from_pem(std::string_view pem) {
  if (pem.contains("PRIVATE KEY-----")) return unusable("is a private key; only the public key belongs here");
  const PrivateKeyPtr key(PEM_read_bio_PUBKEY(memory_bio(pem).get(), nullptr, nullptr, nullptr));
  if (!key) {
    return unusable("is no public key in PEM, \"-----BEGIN PUBLIC KEY-----\" and its base64 lines: " +
                    take_openssl_error());
  }
  const auto jwk = jwk_of(key.get());
  ERR_clear_error();
  if (!jwk) return unusable("is neither an RSA key nor an EC key on P-256, P-384 or P-521");
  const auto parsed = parse_json(*jwk);
  return from_jwk(*parsed);
}

Result<JwsPublicKey> JwsPublicKey::from_jwk(const JsonValue& jwk_object) {
  if (!jwk_object.IsObject()) return unusable("is no JSON object");
  const auto type = text_member(jwk_object, "kty");
  const auto curve = std::ranges::find(curves, text_member(jwk_object, "crv"), &Curve::name);
  const bool is_rsa = type == "RSA";
  if (!is_rsa && (type != "EC" || curve == std::end(curves)))
    return unusable("is neither an RSA key nor an EC key on P-256, P-384 or P-521");
  if (is_rsa && !is_safe_exponent(text_member(jwk_object, "e")))
    return unusable("is an RSA key whose exponent \"e\" is 1 or even: everybody could sign with it");

  JsonWriter
      public_part;  // what else is in it (private numbers, a "kid" that is no text) is not cjose's business
  public_part.begin_object().key("kty").text(type);
  if (!is_rsa) public_part.key("crv").text(curve->name);
  for (const auto* name : is_rsa ? std::array{"n", "e"} : std::array{"x", "y"}) {
    const auto number = text_member(jwk_object, name);
    // An assertion of cjose's would end the process.
    if (!base64url_decode(number))
      return unusable(std::string("has no base64url in \"").append(name).append("\""));
    public_part.key(name).text(number);
  }
  const auto text = public_part.end_object().take();

  cjose_err error{};
  Key key(cjose_jwk_import(text.data(), text.size(), &error));
  ERR_clear_error();  // a TLS connection of this thread would take what is left for its own
  if (!key)
    return unusable(is_rsa ? "has no usable \"n\" and \"e\""
                           : "has no point of its curve in \"x\" and \"y\"");
  if (is_rsa && cjose_jwk_get_keysize(key.get(), &error) < least_rsa_bits)
    return unusable("is an RSA key with less than 2048 bits, which can be broken");
  return JwsPublicKey(std::move(key), is_rsa ? JwsFamily::rs : JwsFamily::es,
                      is_rsa ? std::uint16_t{0} : curve->es_size);
}

bool JwsPublicKey::fits(JwsAlgorithm algorithm) const {
  return algorithm.family == family_ && (family_ == JwsFamily::rs || algorithm.size == es_size_);
}

bool JwsPublicKey::has_signed(const Jws& token) const {
  if (!fits(token.algorithm)) return false;
  // r and s side by side, not the DER of other protocols (RFC 7518 section 3.4); cjose just cuts it in two.
  const auto curve = std::ranges::find(curves, es_size_, &Curve::es_size);
  if (curve != std::end(curves) && token.signature.size() != 2 * curve->coordinate) return false;

  cjose_err error{};
  const CjoseJwsPtr jws(cjose_jws_import(token.text.data(), token.text.size(), &error));
  const bool good = jws && cjose_jws_verify(jws.get(), key_.get(), &error);
  ERR_clear_error();
  return good;
}

}  // namespace otoroshi::gateway
