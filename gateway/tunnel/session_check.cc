#include "gateway/tunnel/session_check.h"

#include <optional>

#include "common/auth/session_token.h"
#include "common/text/http_text.h"
#include "common/tunnel/protocol.h"
#include "gateway/tunnel/expiry.h"

namespace otoroshi::gateway {

std::vector<std::string_view> find_session_tokens(const tunnel::Request& request) {
  std::vector<std::string_view> tokens;
  auto cookies = request.header("Cookie").value_or("");
  while (!cookies.empty()) {
    const auto cookie = take_element(cookies, ';');
    if (const auto name_end = cookie.find('='); cookie.starts_with("oto-papps-") && name_end != cookie.npos)
      tokens.push_back(cookie.substr(name_end + 1));
  }
  if (const auto token = request.parameter(tunnel::session_parameter)) tokens.push_back(*token);
  if (const auto token = request.header("Otoroshi-Token"); token && token->contains("::"))
    tokens.push_back(*token);
  return tokens;
}

Admission<AppSessionPtr> find_session(const tunnel::Request& request, const TunnelTable& table,
                                      std::chrono::system_clock::time_point now) {
  bool has_expired = false;
  const auto tokens = find_session_tokens(request);
  for (const auto token : tokens) {
    const auto id = verify_session_token(table.session_secret(), token);
    const auto session = id ? table.session(*id) : nullptr;
    if (session && is_alive(*session, now)) return session;
    has_expired |= session != nullptr;
  }
  if (tokens.empty()) return nullptr;
  return not_admitted(401, "errors.bad.session",
                      has_expired ? "the session has expired; log in again and pass the new --session-token"
                                  : "the session is unknown, or its token is not signed by this gateway; log "
                                    "in again and pass the new --session-token");
}

bool is_alive(const AppSession& session, std::chrono::system_clock::time_point now) {
  return !has_passed(session.expired_at, now);
}

}  // namespace otoroshi::gateway
