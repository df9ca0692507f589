// What the plugins of a route mean for its tunnels. Which plugins are understood, and which may be there
// without any effect, stands in two tables in route_plugins.cc. (pure)
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/reader.h"
#include "common/model/route.h"
#include "gateway/tunnel/access_rules.h"
#include "gateway/tunnel/destination_rules.h"

namespace otoroshi::gateway {

struct RoutePlugins {
  std::optional<std::size_t> tunnel;  // index of the TcpTunnel plugin that makes the route a tunnel's
  AccessRules access;
  DestinationRules destinations;
  bool lists_destinations = false;  // even if none of them could be read
};

// Every enabled plugin must be understood, with all of its config, or be one that can never deny: what is not
// becomes a problem, since it may be an access rule. What is understood and has no effect becomes a warning.
// A disabled plugin is never looked at. The places are the list's.
RoutePlugins read_plugins(const std::vector<Route::Plugin>& plugins, const JsonPlace& problems,
                          const JsonPlace& warnings);

// Whether an enabled TcpTunnel is among them.
bool has_tunnel(const std::vector<Route::Plugin>& plugins);

// The value of a field that a model keeps without knowing it, if it says anything: null, "", [] and {} do
// not.
bool says_something(const std::string& unknown_fields, std::string_view field);

}  // namespace otoroshi::gateway
