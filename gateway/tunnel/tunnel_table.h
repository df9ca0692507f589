// Everything that tunnels are admitted by, built from the entities of one moment and never changed again:
// part of the Snapshot. Any thread may ask it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/result.h"
#include "common/model/api_key.h"
#include "common/model/app_session.h"
#include "common/model/jwt_verifier.h"
#include "common/model/route.h"
#include "common/routing/domain_matcher.h"
#include "gateway/tunnel/tunnel_route.h"

namespace otoroshi::gateway {

class JwtChecker;  // gateway/tunnel/jwt_checker.h: a verifier with its keys, ready for use

struct TunnelEntities {
  std::vector<RoutePtr> routes;  // each list in order of creation
  std::vector<ApiKeyPtr> api_keys;
  std::vector<JwtVerifierPtr> verifiers;
  std::vector<AppSessionPtr> sessions;

  friend bool operator==(const TunnelEntities&, const TunnelEntities&) = default;
};

class TunnelTable {
 public:
  // Fails on the first entity that cannot be served by, and names it. Ids are unique, else the first counts.
  // `session_secret` signs session tokens. Routes that are disabled or no tunnel's are left out, and so are
  // disabled verifiers. What `previous` (may be null) made of the same objects is taken over. Building is no
  // work for a thread that serves connections.
  static Result<std::shared_ptr<const TunnelTable>> build(TunnelEntities entities, std::string session_secret,
                                                          const TunnelTable* previous = nullptr);

  // The first enabled route in order of creation one of whose domains matches; null: none.
  TunnelRoutePtr route(std::string_view host) const;
  // An enabled route; null: none.
  const TunnelRoute* route_by_id(std::string_view id) const;

  // Disabled ones, too. null: none.
  ApiKeyPtr api_key(std::string_view client_id) const;
  AppSessionPtr session(std::string_view random_id) const;
  // An enabled verifier; null: none.
  std::shared_ptr<const JwtChecker> verifier(std::string_view id) const;

  const std::string& session_secret() const { return session_secret_; }
  const TunnelEntities& entities() const { return entities_; }

 private:
  template <class Value>
  using ById = std::unordered_map<std::string_view, Value>;  // the ids are those of `entities_`

  TunnelTable(TunnelEntities entities, std::string session_secret);
  Result<void> add_routes(const TunnelTable* previous);
  Result<void> add_verifiers(const TunnelTable* previous);

  TunnelEntities entities_;
  std::string session_secret_;
  std::vector<TunnelRoutePtr> route_of_domain_;   // by index of the pattern in `domains_`
  std::shared_ptr<const DomainMatcher> domains_;  // of all routes; never null once built
  ById<TunnelRoutePtr> routes_;
  ById<ApiKeyPtr> api_keys_;
  ById<AppSessionPtr> sessions_;
  ById<std::shared_ptr<const JwtChecker>> verifiers_;
};

using TunnelTablePtr = std::shared_ptr<const TunnelTable>;

}  // namespace otoroshi::gateway
