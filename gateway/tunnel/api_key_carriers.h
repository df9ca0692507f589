// Where an API key can be in a request (facts C1; Otoroshi's default names). Whether it is good:
// gateway/tunnel/api_key_check.h. (pure)
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/tunnel/upgrade.h"
#include "gateway/tunnel/access_rules.h"
#include "gateway/tunnel/jws.h"

namespace otoroshi::gateway {

// What is shown of a key besides its client id, to prove that the caller owns it.
struct NoProof {};  // client id only
struct ShownSecret {
  std::string secret;
};
struct SignedId {  // "otoapk_ID_HEX", HEX being HMAC-SHA256(secret, "otoapk_ID")
  std::string signature;
};
using KeyProof = std::variant<NoProof, ShownSecret, Jws, SignedId>;

struct ApiKeyCredential {
  std::string client_id;
  KeyProof proof;
};

struct ApiKeyCredentials {
  std::vector<ApiKeyCredential> found;  // the one that counts first
  // Something where a JWT should be that looks like one and is none: a caller with a bad key, not without.
  std::optional<Error> broken_token;
};

// Looks at the carriers of the rule. By priority: client id only, custom headers, JWT, Basic, signed id; of
// each kind at most one. Only HS tokens whose claims name a key count as JWTs of a key.
//
//   client id only   header, query, cookie `x-api-key`
//   custom headers   `Otoroshi-Client-Id` and `Otoroshi-Client-Secret`
//   JWT              header `Otoroshi-Token`, `Authorization: Bearer`; query `bearer_auth`; cookie
//                    `access_token`
//   Basic            header `Otoroshi-Authorization`, `Authorization: Basic`; query, cookie `basic_auth`
//   signed id        as JWT, but cookie `bearer`; header, query `x-api-key`
ApiKeyCredentials find_api_keys(const tunnel::Request& request, const ApiKeyRule& rule);

}  // namespace otoroshi::gateway
