// A route as the tunnel understands it: its domains, its plugins as access rules, its targets with their
// placeholders, the destinations that a request may choose. Built from a model Route, immutable. (pure)
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/model/route.h"
#include "gateway/tunnel/access_rules.h"
#include "gateway/tunnel/destination_rules.h"
#include "gateway/tunnel/target_template.h"

namespace otoroshi::gateway {

struct TunnelRoute {
  RoutePtr route;
  std::vector<std::string> domains;  // patterns as in routing/domain_matcher.h, without paths
  AccessRules access;
  std::vector<TargetTemplate> targets;  // at least one
  DestinationRules destinations;
};
using TunnelRoutePtr = std::shared_ptr<const TunnelRoute>;

// Whether the route is a tunnel's at all: it has an enabled TcpTunnel plugin. Others (an export of Otoroshi's
// is full of them) are not served, and not checked either.
bool is_tunnel(const Route& route);

// What is wrong with a tunnel's route, every problem at once: one that is not understood to the last access
// rule is not served. Enabled or not makes no difference. Paths are JSON Pointers into the route.
Problems check(const Route& route);

// What is accepted and has no effect: plugins that only rewrite HTTP, destinations that nothing depends on;
// or the whole route, if it is no tunnel's.
Problems warnings(const Route& route);

// null: the route is no tunnel's. Fails (bad_input, gateway) with the first problem of check().
Result<TunnelRoutePtr> make_tunnel_route(RoutePtr route);

}  // namespace otoroshi::gateway
