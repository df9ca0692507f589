// Whether a request shows a session of a private app that is alive (facts C3).
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "common/model/app_session.h"
#include "common/tunnel/upgrade.h"
#include "gateway/tunnel/refusal.h"
#include "gateway/tunnel/tunnel_table.h"

namespace otoroshi::gateway {

// What may be a session token, in the order in which it is looked at: cookies `oto-papps-...`, query
// `pappsToken`, header `Otoroshi-Token`, which JWTs use as well. The texts lie in the request. (pure)
std::vector<std::string_view> find_session_tokens(const tunnel::Request& request);

// The first session that is shown, signed by us, stored, and has not expired; null: none is shown. Refuses
// (401) if there are only forged, unknown or expired ones.
Admission<AppSessionPtr> find_session(const tunnel::Request& request, const TunnelTable& table,
                                      std::chrono::system_clock::time_point now);

bool is_alive(const AppSession& session, std::chrono::system_clock::time_point now);

}  // namespace otoroshi::gateway
