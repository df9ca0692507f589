// A route as the tunnel understands it: its plugins as access rules, its targets with their placeholders, the
// destinations that a request may choose. Built from a model Route, immutable. (pure)
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/model/route.h"
#include "gateway/tunnel/destination_rules.h"
#include "gateway/tunnel/ip_rules.h"
#include "gateway/tunnel/target_template.h"

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
  std::vector<std::string> verifiers;  // ids
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

struct TunnelRoute {
  RoutePtr route;
  AccessRules access;
  std::vector<TargetTemplate> targets;
  DestinationRules destinations;
};

// What is wrong with a route, every problem at once: a route that is not understood to the last access rule
// is not served. Paths are JSON Pointers into the route.
Problems check(const Route& route);
// What was accepted and has no effect: plugins that only rewrite HTTP.
Problems warnings(const Route& route);
// The route has passed check().
Result<std::shared_ptr<const TunnelRoute>> make_tunnel_route(RoutePtr route);

}  // namespace otoroshi::gateway
