// Routes as JSON (Otoroshi's NgRoute), both ways, as far as a tunnel needs them. Only types and ranges are
// checked here: what plugins, conditions and placeholders mean is for gateway/tunnel/tunnel_route.h.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/model/entity_description.h"
#include "common/model/route.h"

namespace otoroshi {

const EntityDescription<Route>& route_description();

// The route, or every problem at once. "frontend" and "backend" must be there.
std::expected<Route, Problems> parse_route(std::string_view json);
std::string to_json(const Route& route);  // compact

}  // namespace otoroshi
