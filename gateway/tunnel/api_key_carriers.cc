#include "gateway/tunnel/api_key_carriers.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "common/auth/auth_headers.h"
#include "gateway/tunnel/jwt_claims.h"

namespace otoroshi::gateway {
namespace {

using Text = std::optional<std::string_view>;
using Credential = std::optional<ApiKeyCredential>;

constexpr std::string_view signed_id_prefix = "otoapk_";

// The texts that are there, in this order.
std::vector<std::string_view> present(std::initializer_list<Text> texts) {
  std::vector<std::string_view> found;
  for (const auto& text : texts) {
    if (text && !text->empty()) found.push_back(*text);
  }
  return found;
}

// `Otoroshi-Token` takes the token with or without its scheme.
std::vector<std::string_view> bearer_tokens(const tunnel::Request& request, std::string_view cookie_name) {
  const auto own_header = request.header("Otoroshi-Token");
  const auto authorization = request.header("Authorization");
  return present(
      {own_header ? parse_bearer_authorization(*own_header).or_else([&] { return own_header; }) : Text(),
       authorization ? parse_bearer_authorization(*authorization) : Text(), request.parameter("bearer_auth"),
       request.cookie(cookie_name)});
}

Credential find_client_id(const tunnel::Request& request) {
  const std::string_view name = "x-api-key";
  for (const auto text : present({request.header(name), request.parameter(name), request.cookie(name)})) {
    if (!text.starts_with(signed_id_prefix)) return ApiKeyCredential{std::string(text), NoProof{}};
  }
  return std::nullopt;
}

Credential find_custom_headers(const tunnel::Request& request) {
  const auto id = request.header("Otoroshi-Client-Id");
  const auto secret = request.header("Otoroshi-Client-Secret");
  if (!id || !secret) return std::nullopt;
  return ApiKeyCredential{std::string(*id), ShownSecret{std::string(*secret)}};
}

Credential find_basic(const tunnel::Request& request) {
  const auto own_header = request.header("Otoroshi-Authorization");
  const auto authorization = request.header("Authorization");
  auto parsed = authorization ? parse_basic_authorization(*authorization) : std::nullopt;
  if (own_header) {
    if (auto own = parse_basic_authorization(*own_header)) parsed = std::move(own);
  }
  for (const auto text : present({request.parameter("basic_auth"), request.cookie("basic_auth")})) {
    if (!parsed) parsed = parse_basic_authorization(std::string("Basic ").append(text));
  }
  if (!parsed) return std::nullopt;
  return ApiKeyCredential{std::move(parsed->id), ShownSecret{std::move(parsed->secret)}};
}

Credential find_signed_id(const tunnel::Request& request) {
  auto texts = bearer_tokens(request, "bearer");
  std::ranges::copy(present({request.header("x-api-key"), request.parameter("x-api-key")}),
                    std::back_inserter(texts));
  for (const auto text : texts) {
    const auto end_of_id = text.rfind('_');  // the id may have some, too
    if (!text.starts_with(signed_id_prefix) || end_of_id < signed_id_prefix.size()) continue;
    return ApiKeyCredential{
        std::string(text.substr(signed_id_prefix.size(), end_of_id - signed_id_prefix.size())),
        SignedId{std::string(text.substr(end_of_id + 1))}};
  }
  return std::nullopt;
}

std::string_view key_named_by(const JsonValue& claims) {
  for (const auto* name : {"clientId", "client_id", "cid", "iss"}) {
    if (const auto id = text_claim(claims, name); !id.empty()) return id;
  }
  return {};
}

// Not an opaque token, and not a session's (`HEX::ID`).
bool looks_like_jwt(std::string_view text) {
  return std::ranges::count(text, '.') == 2 && !text.contains(':');
}

void find_jwt(const tunnel::Request& request, ApiKeyCredentials& credentials) {
  for (const auto text : bearer_tokens(request, "access_token")) {
    if (!looks_like_jwt(text)) continue;
    auto token = parse_jws(text);
    if (!token) {
      credentials.broken_token = std::move(token.error());
    } else if (const auto id = std::string(key_named_by(token->claims));
               !id.empty() && token->algorithm.family == JwsFamily::hs) {
      credentials.found.push_back({id, std::move(*token)});
      return;
    }
  }
}

}  // namespace

ApiKeyCredentials find_api_keys(const tunnel::Request& request, const ApiKeyRule& rule) {
  ApiKeyCredentials credentials;
  const auto add = [&](Credential credential) {
    if (credential) credentials.found.push_back(std::move(*credential));
  };
  if (rule.client_id) add(find_client_id(request));
  if (rule.custom_headers) add(find_custom_headers(request));
  if (rule.jwt) find_jwt(request, credentials);
  if (rule.basic) add(find_basic(request));
  if (rule.oto_bearer) add(find_signed_id(request));
  return credentials;
}

}  // namespace otoroshi::gateway
