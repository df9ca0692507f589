#include "gateway/tunnel/api_key_check.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "common/auth/auth_headers.h"
#include "common/text/absolute_uri.h"
#include "common/text/ascii.h"
#include "common/text/hex.h"
#include "common/text/quoted.h"
#include "gateway/tunnel/expiry.h"
#include "gateway/tunnel/jwt_claims.h"

namespace otoroshi::gateway {
namespace {

using TimePoint = std::chrono::system_clock::time_point;

std::unexpected<Refusal> bad_key(std::string sentence) {
  return not_admitted(401, "errors.bad.api.key", std::move(sentence));
}

std::unexpected<Refusal> wrong_tuple(std::string sentence) {
  return not_admitted(400, "errors.invalid.api.key.tuple", std::move(sentence));
}

bool same_secret(std::string_view shown, std::string_view secret) {
  return constant_time_equal(shown, secret) && !secret.empty();
}

std::string signature_of_id(const std::string& client_id, std::string_view secret) {
  const auto text = "otoapk_" + client_id;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) append_hex(hex, digest[i]);
  return hex;
}

// Whether a proof was made with one of the key's secrets, and with which one.
struct SecretBehind {
  const ApiKey& key;

  using Secret = std::optional<std::string>;

  Secret operator()(const NoProof&) const { return key.allow_client_id_only ? Secret("") : std::nullopt; }
  Secret operator()(const ShownSecret& shown) const {
    return one_that([&](const std::string& secret) { return same_secret(shown.secret, secret); });
  }
  Secret operator()(const SignedId& id) const {
    return one_that([&](const std::string& secret) {
      return same_secret(id.signature, signature_of_id(key.client_id, secret)) && !secret.empty();
    });
  }
  // Otoroshi does not try the next secret here.
  Secret operator()(const Jws& token) const {
    return is_signed_with(token, key.client_secret) ? Secret(key.client_secret) : std::nullopt;
  }

 private:
  template <class Predicate>
  Secret one_that(Predicate made_with) const {
    const bool present = made_with(key.client_secret);
    const bool next = made_with(key.rotation.next_secret) && key.rotation.enabled;
    if (present) return key.client_secret;
    return next ? Secret(key.rotation.next_secret) : std::nullopt;
  }
};

// "aud" of a key's token may be a URL that the request's must begin with; the scheme does not count, for TLS
// may have ended in front of us.
bool is_audience(std::string_view audience, const tunnel::Request& request) {
  const auto uri = split_uri(audience);
  const bool is_url =
      uri && (equal_ignoring_case(uri->scheme, "http") || equal_ignoring_case(uri->scheme, "https"));
  if (!is_url) return true;
  const bool same_host = equal_ignoring_case(uri->authority(), request.header("Host").value_or("")) ||
                         equal_ignoring_case(uri->authority(), request.host());
  return same_host && request.path.starts_with(uri->tail());
}

// The claims by which Otoroshi lets the owner of a key bind a token to a request.
Result<void> check_bound_to_request(const JsonValue& claims, const tunnel::Request& request) {
  const auto refused = [](std::string_view name) {
    return fail(ErrorCode::bad_input, Side::client,
                std::string("the token is not meant for this request (\"").append(name).append("\")"));
  };
  const std::pair<const char*, std::string> bound[] = {
      {"xsrfToken", std::string(request.header("X-XSRF-TOKEN").value_or(""))},
      {"httpPath", request.path},
      {"httpVerb", request.method},
      {"httpHost", request.host()}};
  for (const auto& [name, actual] : bound) {
    if (claims.HasMember(name) && text_claim(claims, name) != actual) return refused(name);
  }
  if (!is_audience(text_claim(claims, "aud"), request)) return refused("aud");
  return {};
}

const ApiKey& nobodys_key() {
  static const ApiKey key = [] {
    ApiKey made;
    made.client_id.assign(16, 'x');
    made.client_secret.assign(64, 'x');
    return made;
  }();
  return key;
}

}  // namespace

bool is_authorized_for(const ApiKey& key, const Route& route) {
  const auto names_route = [&](const std::string& entity) {
    return entity == "route_" + route.id || entity == "service_" + route.id ||
           std::ranges::any_of(route.groups, [&](const auto& group) { return entity == "group_" + group; });
  };
  return std::ranges::any_of(key.authorized_entities, names_route);
}

std::optional<std::string_view> why_unusable(const ApiKey& key, TimePoint now) {
  if (!key.enabled) return "is disabled";
  if (key.valid_until && has_passed(*key.valid_until, now)) return "has expired";
  return std::nullopt;
}

bool is_secret_of(const ApiKey& key, std::string_view secret) {
  if (secret.empty()) return key.allow_client_id_only;
  return SecretBehind{key}(ShownSecret{std::string(secret)}).has_value();
}

Admission<UsedApiKey> check_api_key(const ApiKeyPtr& key, const ApiKeyCredential& credential,
                                    const Route& route, const tunnel::Request& request, TimePoint now) {
  // For an unknown key, too, so that time does not tell it from a wrong secret.
  auto secret = std::visit(SecretBehind{key ? *key : nobodys_key()}, credential.proof);
  const bool authorized = key && is_authorized_for(*key, route);
  // The id is not repeated: who mixes up id and secret would read the secret in a log.
  if (!key || (!authorized && !secret))
    return wrong_tuple("no API key with this client id is known for this route; check --apikey-client-id");
  const auto name = "API key " + quoted(key->client_id);
  if (!authorized) {
    return wrong_tuple(name + " is not authorized for this route; add \"route_" + route.id +
                       "\" to its authorizedEntities");
  }
  if (!secret && std::holds_alternative<NoProof>(credential.proof))
    return bad_key(name + " must not be used by its client id alone; send the secret, too");
  if (!secret && std::holds_alternative<Jws>(credential.proof))
    return bad_key("the token is not signed with the secret of " + name);
  if (!secret) return bad_key("wrong secret for " + name + "; check --apikey-client-secret");
  if (const auto why = why_unusable(*key, now)) return bad_key(name + " " + std::string(*why));

  UsedApiKey used{key, std::move(*secret), std::nullopt};
  if (const auto* token = std::get_if<Jws>(&credential.proof)) {
    const auto expires = check_times(token->claims, now);
    if (!expires) return bad_key(expires.error().sentence);
    used.token_expires = *expires;
    if (const auto bound = check_bound_to_request(token->claims, request); !bound)
      return bad_key(bound.error().sentence);
  }
  return used;
}

std::string bearer_of(const ApiKey& key) {
  return std::string("otoapk_")
      .append(key.client_id)
      .append("_")
      .append(signature_of_id(key.client_id, key.client_secret));
}

}  // namespace otoroshi::gateway
