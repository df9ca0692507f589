#include "gateway/tunnel/tunnel_route.h"

#include <algorithm>
#include <asio/ip/address.hpp>
#include <string_view>
#include <utility>

#include "common/json/reader.h"
#include "common/routing/domain_matcher.h"
#include "common/text/ascii.h"
#include "common/text/host_port.h"
#include "common/text/quoted.h"
#include "common/tunnel/protocol.h"
#include "gateway/tunnel/route_plugins.h"

namespace otoroshi::gateway {
namespace {

struct Reading {
  TunnelRoute route;  // only to be used if there is no problem
  Problems problems;
  Problems warnings;
};

// A domain of Otoroshi's, "host" or "host/path", taken apart.
struct FrontendDomain {
  std::string pattern;
  std::string_view path;
};

// Otoroshi's `*` may stand anywhere ("db-*.example.com"), which the matcher takes for a wildcard only at the
// beginning. No host begins with a dot, so ".*" there can only be meant as a regular expression.
std::string as_pattern(std::string_view host) {
  const auto is_plain = [](char c) { return c == '*' || is_name_character(c); };
  if (host.contains('*') && !host.starts_with(".*") && std::ranges::all_of(host, is_plain))
    return "Wildcard(" + std::string(host) + ')';
  return std::string(host);
}

FrontendDomain parse_domain(std::string_view domain) {
  const auto slash = std::min(domain.find('/'), domain.size());
  return {as_pattern(domain.substr(0, slash)), domain.substr(slash)};
}

// Whether requests for the tunnel's path are among those for `path` and what lies below it.
bool leads_to_tunnel(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return tunnel::path.starts_with(path) &&
         (path.size() == tunnel::path.size() || tunnel::path[path.size()] == '/');
}

void read_domain(std::string_view text, bool exact, const JsonPlace& place,
                 std::vector<std::string>& domains) {
  auto domain = parse_domain(text);
  if (const auto usable = check_domain(domain.pattern); !usable) place.problem(usable.error().sentence);
  if (!leads_to_tunnel(domain.path)) {
    place.problem("the path " + quoted(domain.path) + " is not allowed: tunnels are opened at " +
                  std::string(tunnel::path) + "; remove it");
  } else if (exact && !domain.path.empty() && domain.path != tunnel::path) {
    place.problem("the path " + quoted(domain.path) + " with \"exact\" leaves no tunnel: remove one of them");
  }
  domains.push_back(std::move(domain.pattern));
}

void check_conditions(const Route::Frontend& frontend, const JsonPlace& place) {
  const std::pair<std::string_view, bool> conditions[] = {{"methods", !frontend.methods.empty()},
                                                          {"headers", !frontend.headers.empty()},
                                                          {"query", !frontend.query.empty()},
                                                          {"cookies", !frontend.cookies.empty()}};
  for (const auto& [field, is_set] : conditions) {
    if (is_set) (place / field).problem("is a condition that tunnels are not tested for: empty it");
  }
}

void read_frontend(const Route::Frontend& frontend, const JsonPlace& place, Reading& reading) {
  check_conditions(frontend, place);
  const auto domains = place / "domains";
  if (frontend.domains.empty()) domains.problem("a route needs at least one domain");
  for (std::size_t i = 0; i < frontend.domains.size(); ++i)
    read_domain(frontend.domains[i], frontend.exact, domains / i, reading.route.domains);
}

// A target that the route fixes to an address that would never be dialled.
void check_fixed_address(const TargetTemplate& target, const DestinationRules& destinations,
                         const JsonPlace& place) {
  if (target.depends_on_request()) return;
  const auto fixed = target.resolve({});
  if (!fixed) return;
  const auto& address = fixed->ip_address.empty() ? fixed->host : fixed->ip_address;
  if (!is_ip_literal(address)) return;
  const auto dialled =
      destinations.without_link_local(address, fixed->port, {asio::ip::make_address(address)});
  if (!dialled) place.problem(dialled.error().sentence);
}

void read_targets(const Route::Backend& backend, const JsonPlace& place, Reading& reading) {
  const auto targets = place / "targets";
  if (backend.targets.empty()) targets.problem("a route needs at least one target");
  for (std::size_t i = 0; i < backend.targets.size(); ++i) {
    auto target = TargetTemplate::parse(backend.targets[i]);
    if (!target) {
      (targets / i).problem(target.error().sentence);
      continue;
    }
    check_fixed_address(*target, reading.route.destinations, targets / i);
    reading.route.targets.push_back(std::move(*target));
  }
}

void check_destinations(const TunnelRoute& route, bool are_there, const JsonPlace& problems,
                        const JsonPlace& warnings) {
  const bool are_needed = std::ranges::any_of(
      route.targets, [](const TargetTemplate& target) { return target.depends_on_request(); });
  if (are_needed && !are_there) {
    problems.problem(
        "is missing: a target depends on the request, so the route must say where that may lead, as in "
        "\"destinations\": [{\"host\": \"*.internal.com\", \"ports\": \"22,5432-5440\"}]");
  }
  // Networks of link-local addresses have an effect on fixed targets, too; who names them knows.
  if (are_there && !are_needed) warnings.problem("has no effect: no target depends on the request");
}

Reading read_route(const Route& route) {
  Reading reading;
  const JsonPlace problems(reading.problems);
  const JsonPlace warnings(reading.warnings);
  const auto plugin_problems = problems / "plugins";
  const auto plugin_warnings = warnings / "plugins";
  auto plugins = read_plugins(route.plugins, plugin_problems, plugin_warnings);
  reading.route.access = std::move(plugins.access);
  reading.route.destinations = std::move(plugins.destinations);
  read_frontend(route.frontend, problems / "frontend", reading);
  read_targets(route.backend, problems / "backend", reading);

  const auto index = plugins.tunnel.value_or(0);
  check_destinations(reading.route, plugins.lists_destinations,
                     plugin_problems / index / "config" / "destinations",
                     plugin_warnings / index / "config" / "destinations");
  if (says_something(route.unknown_fields, "backend_ref"))
    (problems / "backend_ref").problem("is not supported: write the targets into \"backend\"");
  if (says_something(route.unknown_fields, "bound_listeners"))
    (problems / "bound_listeners").problem("is not supported: the route would be open on every listener");
  return reading;
}

}  // namespace

bool is_tunnel(const Route& route) {
  return has_tunnel(route.plugins);
}

Problems check(const Route& route) {
  return is_tunnel(route) ? read_route(route).problems : Problems{};
}

Problems warnings(const Route& route) {
  if (is_tunnel(route)) return read_route(route).warnings;
  return {{"/plugins", "there is no enabled TcpTunnel plugin: this route is not served here"}};
}

Result<TunnelRoutePtr> make_tunnel_route(RoutePtr route) {
  if (!is_tunnel(*route)) return nullptr;
  auto reading = read_route(*route);
  if (!reading.problems.empty())
    return fail(ErrorCode::bad_input, Side::gateway,
                "route " + quoted(route->id) + ": " + to_text({reading.problems.front()}));
  reading.route.route = std::move(route);
  return std::make_shared<const TunnelRoute>(std::move(reading.route));
}

}  // namespace otoroshi::gateway
