// A session of a private app: somebody who has logged in. The JSON is Otoroshi's PrivateAppsUser (facts C3).
// Plain data without behaviour; immutable once it is part of a snapshot.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace otoroshi {

struct AppSession {
  std::string random_id;  // what a session token names; a secret like a password
  std::string name;
  std::string email;
  std::string auth_config_id;
  std::string realm;
  std::int64_t created_at = 0;  // milliseconds since 1970, as the others
  std::int64_t expired_at = 0;  // required
  std::int64_t last_refresh = 0;
  std::vector<std::string> tags;
  std::map<std::string, std::string> metadata;
  std::string unknown_fields = {};

  friend bool operator==(const AppSession&, const AppSession&) = default;
};

using AppSessionPtr = std::shared_ptr<const AppSession>;

}  // namespace otoroshi
