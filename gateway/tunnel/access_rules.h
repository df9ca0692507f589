// Whom a route lets in: its access plugins, read. Plain data.
#pragma once

#include <string>
#include <vector>

#include "gateway/tunnel/ip_rules.h"

namespace otoroshi::gateway {

// "ApikeyCalls": which carriers of a key are looked at (facts C1), and whether there must be one.
struct ApiKeyRule {
  bool basic = true;
  bool custom_headers = true;
  bool client_id = true;
  bool jwt = true;
  bool oto_bearer = true;
  bool mandatory = true;        // false: who brings no key is let in
  bool pass_with_user = false;  // a living session will do, too
};

// "JwtVerificationOnly": a token that one of these verifiers believes.
struct JwtRule {
  std::vector<std::string> verifiers;  // ids; never empty
  bool fail_if_absent = true;
};

// "AuthModule": a living session.
struct SessionRule {
  bool pass_with_apikey = false;
};

// All that are there must agree; none at all: public.
struct AccessRules {
  std::vector<ApiKeyRule> api_key;
  std::vector<JwtRule> jwt;
  std::vector<SessionRule> session;
  IpRules addresses;
};

}  // namespace otoroshi::gateway
