// Whether an API key that was shown is good for a route, at this moment. (pure)
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "common/model/api_key.h"
#include "common/model/route.h"
#include "common/tunnel/upgrade.h"
#include "gateway/tunnel/api_key_carriers.h"
#include "gateway/tunnel/refusal.h"

namespace otoroshi::gateway {

// By what a key was found good.
struct UsedApiKey {
  ApiKeyPtr key;
  std::string secret;  // the one shown or signed with; "": none
  std::optional<std::chrono::system_clock::time_point> token_expires;  // of a JWT
};

// `key` is the one that the credential names, null if there is none: that takes as long and is answered like
// a key that is for other routes, unless the caller proves to own it. Status and cause: facts C2.
Admission<UsedApiKey> check_api_key(const ApiKeyPtr& key, const ApiKeyCredential& credential,
                                    const Route& route, const tunnel::Request& request,
                                    std::chrono::system_clock::time_point now);

// "route_ID", "service_ID", or "group_G" of one of the route's groups.
bool is_authorized_for(const ApiKey& key, const Route& route);
// "is disabled", "has expired": what follows the key's name; nullopt: it may be used.
std::optional<std::string_view> why_unusable(const ApiKey& key, std::chrono::system_clock::time_point now);
// Whether this is the key's secret, or the next one while it rotates; constant time. "" stands for a key that
// was used by its id alone.
bool is_secret_of(const ApiKey& key, std::string_view secret);
// "otoapk_ID_HEX", which is as good as id and secret: a credential of the kind SignedId.
std::string bearer_of(const ApiKey& key);

}  // namespace otoroshi::gateway
