// An API key: who may open tunnels, and how many. The JSON is Otoroshi's ApiKey (facts C1).
// Plain data without behaviour; immutable once it is part of a snapshot. `unknown_fields` everywhere: see
// model/tcp_service.h.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace otoroshi {

inline constexpr std::int64_t default_quota = 10'000'000;

struct ApiKey {
  // "rotation": while it is enabled, the next secret is as good as the present one.
  struct Rotation {
    bool enabled = false;
    std::string next_secret;
    std::string unknown_fields = {};

    friend bool operator==(const Rotation&, const Rotation&) = default;
  };
  // "restrictions": read only to refuse a key whose restrictions we would not enforce.
  struct Restrictions {
    bool enabled = false;
    std::string unknown_fields = {};

    friend bool operator==(const Restrictions&, const Restrictions&) = default;
  };

  std::string client_id;
  std::string client_secret;
  std::string client_name;
  std::string description;
  // "route_ID", "service_ID", "group_ID", ...: what the key is good for. The older fields "authorizedGroup"
  // and "authorizations" are read into it.
  std::vector<std::string> authorized_entities;
  bool enabled = true;
  bool read_only = false;
  bool allow_client_id_only = false;
  std::int64_t throttling_quota = default_quota;  // opened tunnels a second
  std::int64_t daily_quota = default_quota;
  std::int64_t monthly_quota = default_quota;
  Restrictions restrictions;
  Rotation rotation;
  std::optional<std::int64_t> valid_until;  // milliseconds since 1970
  std::vector<std::string> tags;
  std::map<std::string, std::string> metadata;
  std::string unknown_fields = {};

  friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

using ApiKeyPtr = std::shared_ptr<const ApiKey>;

}  // namespace otoroshi
