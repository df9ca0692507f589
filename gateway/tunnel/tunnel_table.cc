#include "gateway/tunnel/tunnel_table.h"

#include <utility>

#include "common/text/quoted.h"
#include "gateway/tunnel/jwt_checker.h"

namespace otoroshi::gateway {
namespace {

template <class Map>
typename Map::mapped_type find_or_null(const Map& map, std::string_view id) {
  const auto found = map.find(id);
  return found == map.end() ? nullptr : found->second;
}

}  // namespace

TunnelTable::TunnelTable(TunnelEntities entities, std::string session_secret)
    : entities_(std::move(entities)), session_secret_(std::move(session_secret)) {
  for (const auto& key : entities_.api_keys) api_keys_.emplace(key->client_id, key);
  for (const auto& session : entities_.sessions) sessions_.emplace(session->random_id, session);
}

Result<std::shared_ptr<const TunnelTable>> TunnelTable::build(TunnelEntities entities,
                                                              std::string session_secret) {
  const std::shared_ptr<TunnelTable> table(new TunnelTable(std::move(entities), std::move(session_secret)));
  if (auto added = table->add_routes(); !added) return std::unexpected(std::move(added.error()));
  if (auto added = table->add_verifiers(); !added) return std::unexpected(std::move(added.error()));
  return table;
}

Result<void> TunnelTable::add_routes() {
  std::vector<std::string> patterns;
  for (const auto& route : entities_.routes) {
    if (!route->enabled) continue;
    const auto built = make_tunnel_route(route);
    if (!built) return std::unexpected(built.error());
    if (!*built) continue;
    routes_.emplace(route->id, *built);
    for (const auto& domain : (*built)->domains) {
      patterns.push_back(domain);
      route_of_domain_.push_back(*built);
    }
  }
  auto domains = DomainMatcher::build(std::move(patterns));
  if (!domains) {
    domains.error().sentence.insert(0, "domains of all routes: ");
    return std::unexpected(std::move(domains.error()));
  }
  domains_ = std::move(*domains);
  return {};
}

Result<void> TunnelTable::add_verifiers() {
  for (const auto& verifier : entities_.verifiers) {
    if (!verifier->enabled) continue;
    auto checker = JwtChecker::make(verifier);
    if (!checker) {
      checker.error().sentence.insert(0, "JWT verifier " + quoted(verifier->id) + ": ");
      return std::unexpected(std::move(checker.error()));
    }
    verifiers_.emplace(verifier->id, std::move(*checker));
  }
  return {};
}

TunnelRoutePtr TunnelTable::route(std::string_view host) const {
  const auto index = domains_->find(host);
  return index ? route_of_domain_[*index] : nullptr;
}

const TunnelRoute* TunnelTable::route_by_id(std::string_view id) const {
  return find_or_null(routes_, id).get();
}

ApiKeyPtr TunnelTable::api_key(std::string_view client_id) const {
  return find_or_null(api_keys_, client_id);
}

AppSessionPtr TunnelTable::session(std::string_view random_id) const {
  return find_or_null(sessions_, random_id);
}

std::shared_ptr<const JwtChecker> TunnelTable::verifier(std::string_view id) const {
  return find_or_null(verifiers_, id);
}

}  // namespace otoroshi::gateway
