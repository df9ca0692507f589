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

// null: the route is no tunnel's.
Result<TunnelRoutePtr> same_or_new(const RoutePtr& route, const TunnelRoutePtr& known) {
  if (known && known->route == route) return known;
  return make_tunnel_route(route);
}

Result<std::shared_ptr<const JwtChecker>> same_or_new(const JwtVerifierPtr& verifier,
                                                      const std::shared_ptr<const JwtChecker>& known) {
  if (known && &known->verifier() == verifier.get()) return known;
  auto checker = JwtChecker::make(verifier);
  if (!checker) checker.error().sentence.insert(0, "JWT verifier " + quoted(verifier->id) + ": ");
  return checker;
}

}  // namespace

TunnelTable::TunnelTable(TunnelEntities entities, std::string session_secret)
    : entities_(std::move(entities)), session_secret_(std::move(session_secret)) {
  api_keys_.reserve(entities_.api_keys.size());
  for (const auto& key : entities_.api_keys) api_keys_.emplace(key->client_id, key);
  for (const auto& session : entities_.sessions) sessions_.emplace(session->random_id, session);
}

Result<std::shared_ptr<const TunnelTable>> TunnelTable::build(TunnelEntities entities,
                                                              std::string session_secret,
                                                              const TunnelTable* previous) {
  const std::shared_ptr<TunnelTable> table(new TunnelTable(std::move(entities), std::move(session_secret)));
  if (auto added = table->add_routes(previous); !added) return std::unexpected(std::move(added.error()));
  if (auto added = table->add_verifiers(previous); !added) return std::unexpected(std::move(added.error()));
  return table;
}

Result<void> TunnelTable::add_routes(const TunnelTable* previous) {
  std::vector<std::string> patterns;
  for (const auto& route : entities_.routes) {
    if (!route->enabled) continue;
    auto built = same_or_new(route, previous ? find_or_null(previous->routes_, route->id) : nullptr);
    if (!built) return std::unexpected(std::move(built.error()));
    if (!*built) continue;
    routes_.emplace(route->id, *built);
    for (const auto& domain : (*built)->domains) {
      patterns.push_back(domain);
      route_of_domain_.push_back(*built);
    }
  }
  if (previous && previous->route_of_domain_ == route_of_domain_) {
    domains_ = previous->domains_;
    return {};
  }
  auto domains = DomainMatcher::build(std::move(patterns));
  if (!domains) {
    domains.error().sentence.insert(0, "domains of all routes: ");
    return std::unexpected(std::move(domains.error()));
  }
  domains_ = std::make_shared<const DomainMatcher>(std::move(*domains));
  return {};
}

Result<void> TunnelTable::add_verifiers(const TunnelTable* previous) {
  for (const auto& verifier : entities_.verifiers) {
    if (!verifier->enabled) continue;
    auto checker = same_or_new(verifier, previous ? previous->verifier(verifier->id) : nullptr);
    if (!checker) return std::unexpected(std::move(checker.error()));
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
