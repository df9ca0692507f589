#include "common/text/quoted.h"
#include "gateway/tunnel/api_key_check.h"
#include "gateway/tunnel/authorize.h"
#include "gateway/tunnel/jwt_checker.h"
#include "gateway/tunnel/session_check.h"

namespace otoroshi::gateway {
namespace {

using Reason = std::optional<std::string>;
using TimePoint = std::chrono::system_clock::time_point;

Reason reason_of_key(const Caller& caller, const TunnelTable& table, const Route& route, TimePoint now) {
  const auto name = "API key " + quoted(caller.api_key_id);
  const auto key = table.api_key(caller.api_key_id);
  if (!key) return name + " is gone";
  if (const auto why = why_unusable(*key, now)) return name + " " + std::string(*why);
  if (!is_secret_of(*key, caller.api_key_secret_used)) return name + " has another secret now";
  if (!is_authorized_for(*key, route)) return name + " is no longer authorized for this route";
  return std::nullopt;
}

Reason reason_of_session(const std::string& id, const TunnelTable& table, TimePoint now) {
  const auto session = table.session(id);
  if (!session) return "the session has ended";
  if (!is_alive(*session, now)) return "the session has expired";
  return std::nullopt;
}

Reason reason_of_verifier(const JwtChecker& used, const TunnelTable& table) {
  const auto present = table.verifier(used.verifier().id);
  if (!present) return "the token's verifier is gone or disabled";
  if (!present->believes_as(used)) return "the token's verifier has another key now, or demands more";
  return std::nullopt;
}

Reason reason_of(const Caller& caller, const TunnelTable& table, TimePoint now) {
  const auto* route = table.route_by_id(caller.route_id);
  if (!route) return "the route is gone or disabled";
  if (caller.expires && now >= *caller.expires) return "the token has expired";
  for (const auto& verifier : caller.verifiers) {
    if (auto reason = reason_of_verifier(*verifier, table)) return reason;
  }
  if (!caller.session_id.empty()) {
    if (auto reason = reason_of_session(caller.session_id, table, now)) return reason;
  }
  if (caller.api_key_id.empty()) return std::nullopt;
  return reason_of_key(caller, table, *route->route, now);
}

}  // namespace

std::optional<Error> reason_to_end(const Caller& caller, const TunnelTable& table, TimePoint now) {
  auto reason = reason_of(caller, table, now);
  if (!reason) return std::nullopt;
  return Error{ErrorCode::revoked, Side::gateway, std::move(*reason)};
}

}  // namespace otoroshi::gateway
