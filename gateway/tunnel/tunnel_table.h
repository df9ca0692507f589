// Everything that tunnels are admitted by, built from the entities of one moment and never changed again:
// part of the Snapshot. Any thread may ask it.
#pragma once

#include <memory>
#include <optional>
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
  // Fails on the first entity that cannot be served by; check_tunnel_entities() tells all of them.
  // `session_secret` signs session tokens.
  static Result<std::shared_ptr<const TunnelTable>> build(TunnelEntities entities,
                                                          std::string session_secret);

  // The first enabled route in order of creation one of whose domains matches; null: none.
  std::shared_ptr<const TunnelRoute> route(std::string_view host) const;

  ApiKeyPtr api_key(std::string_view client_id) const;  // null: none
  AppSessionPtr session(std::string_view random_id) const;
  std::shared_ptr<const JwtChecker> verifier(std::string_view id) const;
  const TunnelRoute* route_by_id(std::string_view id) const;  // enabled ones; null: none
  const std::string& session_secret() const { return session_secret_; }
  const TunnelEntities& entities() const { return entities_; }

 private:
  TunnelTable() = default;
  struct Names;
  TunnelEntities entities_;
  std::string session_secret_;
  std::vector<std::shared_ptr<const TunnelRoute>> routes_;  // the enabled ones
  std::vector<std::size_t> route_of_domain_;
  std::optional<DomainMatcher> domains_;
  std::unordered_map<std::string, ApiKeyPtr> api_keys_;
  std::unordered_map<std::string, AppSessionPtr> sessions_;
  std::unordered_map<std::string, std::shared_ptr<const JwtChecker>> verifiers_;
};

using TunnelTablePtr = std::shared_ptr<const TunnelTable>;

}  // namespace otoroshi::gateway
