#include "gateway/store/entities_check.h"

#include <charconv>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "common/model/tcp_service_check.h"
#include "common/text/quoted.h"
#include "gateway/store/entity_kinds.h"
#include "gateway/store/snapshot.h"
#include "gateway/tunnel/tunnel_route.h"

namespace otoroshi::gateway {
namespace {

template <class Entity>
std::string section_of() {
  return std::string(std::get<EntityKind<Entity>>(entity_kinds()).section);
}

// A service is known there by its place in the list: "/3/port".
EntityProblem about_service(const EntityList<TcpService>& services, Problem problem) {
  std::size_t index = 0;
  const auto* end = problem.path.data() + problem.path.size();
  const auto* rest = std::from_chars(problem.path.data() + 1, end, index).ptr;
  problem.path = std::string(rest, end);
  return {section_of<TcpService>(), services.at(index)->id, std::move(problem)};
}

void check_ports(const EntityList<TcpService>& services, const GatewayConfig& config,
                 EntityProblems& problems) {
  for (const auto& found : {otoroshi::check_together(services), port_conflicts(services, config.tunnel),
                            port_conflicts(services, config.admin)}) {
    for (const auto& problem : found) problems.push_back(about_service(services, problem));
  }
}

// A route that wants a verifier which is not there lets nobody in.
void check_verifiers(const TunnelEntities& entities, EntityProblems& problems) {
  std::unordered_set<std::string_view> known;
  for (const auto& verifier : entities.verifiers) known.insert(verifier->id);
  for (const auto& route : entities.routes) {
    const auto tunnel = make_tunnel_route(route);
    if (!tunnel || !*tunnel) continue;  // no tunnel's: it has passed its check
    for (const auto& rule : (*tunnel)->access.jwt) {
      for (const auto& id : rule.verifiers) {
        if (known.contains(id)) continue;
        problems.push_back(
            {section_of<Route>(),
             route->id,
             {"/plugins", "needs the JWT verifier " + otoroshi::quoted(id) + ", which is not there"}});
      }
    }
  }
}

}  // namespace

EntityProblems check_together(const Entities& entities, const Entities* known_good,
                              const GatewayConfig& config) {
  EntityProblems problems;
  if (!known_good || entities.services != known_good->services)
    check_ports(entities.services, config, problems);
  if (!known_good || entities.tunnel.routes != known_good->tunnel.routes ||
      entities.tunnel.verifiers != known_good->tunnel.verifiers)
    check_verifiers(entities.tunnel, problems);
  return problems;
}

}  // namespace otoroshi::gateway
