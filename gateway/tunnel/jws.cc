#include "gateway/tunnel/jws.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "common/auth/auth_headers.h"
#include "common/json/reader.h"
#include "common/model/enum_names.h"
#include "common/text/base64url.h"
#include "common/text/quoted.h"

namespace otoroshi::gateway {
namespace {

constexpr EnumName<JwsAlgorithm> algorithm_names[] = {
    {{JwsFamily::hs, 256}, "HS256"}, {{JwsFamily::hs, 384}, "HS384"}, {{JwsFamily::hs, 512}, "HS512"},
    {{JwsFamily::rs, 256}, "RS256"}, {{JwsFamily::rs, 384}, "RS384"}, {{JwsFamily::rs, 512}, "RS512"},
    {{JwsFamily::es, 256}, "ES256"}, {{JwsFamily::es, 384}, "ES384"}, {{JwsFamily::es, 512}, "ES512"}};

std::unexpected<Error> no_jwt(std::string why) {
  return fail(ErrorCode::bad_input, Side::client, std::string("the token is no signed JWT: ").append(why));
}

std::optional<JsonDocument> decode_object(std::string_view part) {
  const auto text = base64url_decode(part);
  if (!text) return std::nullopt;
  auto document = parse_json(*text);
  if (!document || !document->IsObject()) return std::nullopt;
  return std::move(*document);
}

// Algorithm and key id of the header.
Result<void> read_header(const JsonDocument& header, Jws& token) {
  for (const auto* extension : {"crit", "b64"}) {
    if (header.HasMember(extension))
      return no_jwt(std::string("its header has \"").append(extension).append("\", which is not allowed"));
  }
  const auto name = header.FindMember("alg");
  if (name == header.MemberEnd() || !name->value.IsString())
    return no_jwt("its header names no algorithm (\"alg\")");
  const auto algorithm = parse_jws_algorithm(text_of(name->value));
  if (!algorithm) {
    return no_jwt("its algorithm " + quoted(text_of(name->value), 20) +
                  " is not allowed: HS, RS or ES with 256, 384 or 512 bits is wanted");
  }
  token.algorithm = *algorithm;
  const auto key_id = header.FindMember("kid");
  if (key_id == header.MemberEnd()) return {};
  if (!key_id->value.IsString()) return no_jwt("the \"kid\" of its header is no text");
  token.key_id = text_of(key_id->value);
  return {};
}

const EVP_MD* hash_of(JwsAlgorithm algorithm) {
  if (algorithm.size == 256) return EVP_sha256();
  return algorithm.size == 384 ? EVP_sha384() : EVP_sha512();
}

}  // namespace

std::optional<JwsAlgorithm> parse_jws_algorithm(std::string_view name) {
  const auto found = std::ranges::find(algorithm_names, name, &EnumName<JwsAlgorithm>::name);
  return found == std::end(algorithm_names) ? std::nullopt : std::optional(found->value);
}

std::string name_of(JwsAlgorithm algorithm) {
  return std::string(name_in<JwsAlgorithm>(algorithm_names, algorithm));
}

Result<Jws> parse_jws(std::string_view text) {
  if (text.size() > max_token_size) return no_jwt("it is larger than 16 KiB");
  if (std::ranges::count(text, '.') != 2) return no_jwt("three parts with a dot between them are wanted");
  const auto first_dot = text.find('.');
  const auto second_dot = text.rfind('.');

  Jws token;
  token.text = text;
  const auto header = decode_object(text.substr(0, first_dot));
  if (!header) return no_jwt("its header is no JSON object in base64url");
  if (auto read = read_header(*header, token); !read) return std::unexpected(read.error());
  auto claims = decode_object(text.substr(first_dot + 1, second_dot - first_dot - 1));
  if (!claims) return no_jwt("its claims are no JSON object in base64url");
  token.claims = std::move(*claims);
  auto signature = base64url_decode(text.substr(second_dot + 1));
  if (!signature || signature->empty()) return no_jwt("its signature is missing, or no base64url");
  token.signature = std::move(*signature);
  return token;
}

// By OpenSSL and not by cjose, which refuses secrets shorter than the hash.
bool is_signed_with(const Jws& token, std::string_view secret) {
  if (token.algorithm.family != JwsFamily::hs || secret.empty()) return false;
  const auto input = token.signing_input();
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (!HMAC(hash_of(token.algorithm), secret.data(), static_cast<int>(secret.size()),
            reinterpret_cast<const unsigned char*>(input.data()), input.size(), digest.data(), &size))
    return false;
  return constant_time_equal(token.signature, {reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace otoroshi::gateway
