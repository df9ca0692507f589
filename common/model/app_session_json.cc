#include "common/model/app_session_json.h"

namespace otoroshi {

const EntityDescription<AppSession>& app_session_description() {
  using namespace kinds;
  const auto time = integer<std::int64_t>({.least = 0});
  static const auto table =
      EntityDescription<AppSession>("Somebody who has logged in to a private app.",
                                    &AppSession::unknown_fields)
          .field("randomId", &AppSession::random_id, filled_line(),
                 "Unique identifier; session tokens are made of it.", Presence::required)
          .field("name", &AppSession::name, line(), "The user's name.")
          .field("email", &AppSession::email, line(), "The user's e-mail address.")
          .field("authConfigId", &AppSession::auth_config_id, line(),
                 "The authentication module by which the user has logged in.")
          .field("realm", &AppSession::realm, line(), "The module's realm.")
          .field("createdAt", &AppSession::created_at, time, "In milliseconds since 1970.")
          .field("expiredAt", &AppSession::expired_at, time,
                 "When the session ends, in milliseconds since 1970.", Presence::required)
          .field("lastRefresh", &AppSession::last_refresh, time, "In milliseconds since 1970.")
          .field("tags", &AppSession::tags, list_of(text()), "Tags.")
          .field("metadata", &AppSession::metadata, map_of(text()), "Texts by key, for their owner's use.");
  return table;
}

std::expected<AppSession, Problems> parse_app_session(std::string_view json) {
  return parse_entity(app_session_description(), json);
}

std::string to_json(const AppSession& session) {
  return entity_to_json(app_session_description(), session);
}

}  // namespace otoroshi
