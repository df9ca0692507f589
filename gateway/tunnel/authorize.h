// Who asks for a tunnel, and whether the route lets them in.
#pragma once

#include <asio/ip/address.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/net/task.h"
#include "common/net/worker.h"
#include "common/tunnel/upgrade.h"
#include "gateway/tunnel/jwks.h"
#include "gateway/tunnel/quotas.h"
#include "gateway/tunnel/refusal.h"
#include "gateway/tunnel/tunnel_table.h"

namespace otoroshi::gateway {

// What let somebody in. A JWT signed with an API key's secret is `bearer`, and counts against the key.
enum class AccessType : std::uint8_t { public_access, apikey, bearer, session };
inline constexpr std::size_t number_of_access_types = 4;
std::string_view name_of(AccessType type);  // "public", "apikey", "bearer", "session"

// Who was let in, and by what: kept for as long as the tunnel lives, so that it ends when that is taken away.
struct Caller {
  AccessType type = AccessType::public_access;  // of several: the key, else the token, else the session
  std::string who;  // client id, JWT subject, or the session's e-mail (else name); never a secret
  std::string route_id;
  std::string api_key_id;           // "": none was used
  std::string api_key_secret_used;  // the secret that was shown, to notice that it was replaced
  Quotas::Taken quota_taken;        // of that key
  std::string session_id;
  std::vector<std::shared_ptr<const JwtChecker>> verifiers;  // as they were when they believed its tokens
  // The end of the tokens, leeway included. A key and a session have theirs in the table, where it may
  // change.
  std::optional<std::chrono::system_clock::time_point> expires;
};

// All access rules of the route agree, or a Refusal with the status and cause of facts C2 and design
// section 6. May wait for a verifier's keys to be fetched (JWKS), at most as long as the verifier says.
// Counts an opened tunnel against the key's quotas when everything else agrees. Worker's thread; all
// arguments outlive the call.
Task<Admission<Caller>> authorize(Worker& worker, const TunnelTable& table, const TunnelRoute& route,
                                  const tunnel::Request& request, const asio::ip::address& client,
                                  std::chrono::system_clock::time_point now, Quotas& quotas, Jwks& jwks);

// Whether somebody who was let in would still be, by what is there now; else why not, with code `revoked`.
std::optional<Error> reason_to_end(const Caller& caller, const TunnelTable& table,
                                   std::chrono::system_clock::time_point now);

}  // namespace otoroshi::gateway
