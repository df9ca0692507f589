// Sessions of private apps as JSON (Otoroshi's PrivateAppsUser, facts C3), both ways. There is nothing to
// check beyond single values.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/model/app_session.h"
#include "common/model/entity_description.h"

namespace otoroshi {

const EntityDescription<AppSession>& app_session_description();

// The session, or every problem at once. "randomId" and "expiredAt" must be there.
std::expected<AppSession, Problems> parse_app_session(std::string_view json);
std::string to_json(const AppSession& session);  // compact

}  // namespace otoroshi
