#include "common/model/api_key_json.h"

#include <algorithm>
#include <vector>

namespace otoroshi {
namespace {

using namespace kinds;

// What a key can be good for. In "authorizedEntities" the kind stands before the id: "route_ID".
enum class AuthorizedKind : std::uint8_t { group, service, route, route_composition, api };
constexpr EnumName<AuthorizedKind> authorized_kinds[] = {
    {AuthorizedKind::group, "group"}, {AuthorizedKind::service, "service"},
    {AuthorizedKind::route, "route"}, {AuthorizedKind::route_composition, "route-composition"},
    {AuthorizedKind::api, "api"},
};

struct Authorization {
  AuthorizedKind kind = AuthorizedKind::group;
  std::string id;
  std::string unknown_fields = {};
};

const EntityDescription<Authorization>& authorization_description() {
  static const auto table =
      EntityDescription<Authorization>("An entity that a key is good for.", &Authorization::unknown_fields)
          .field("kind", &Authorization::kind, one_of<AuthorizedKind>(authorized_kinds), "What it is.",
                 Presence::required)
          .field("id", &Authorization::id, filled_line(), "Its id.", Presence::required);
  return table;
}

std::string authorized_entity(AuthorizedKind kind, std::string_view id) {
  return std::string(name_in<AuthorizedKind>(authorized_kinds, kind)).append("_").append(id);
}

// Without the name of a kind it is a group.
std::string authorized_entity(std::string_view text) {
  const auto begins_text = [text](const auto& kind) {
    return text.starts_with(kind.name) && text.substr(kind.name.size()).starts_with('_');
  };
  if (std::ranges::any_of(authorized_kinds, begins_text)) return std::string(text);
  return authorized_entity(AuthorizedKind::group, text);
}

using Names = std::vector<std::string>;

void add(Names& names, std::string name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
}

// The three fields say the same in different ways, so each adds to what the others have said.
JsonType<Names> entity_names() {
  auto type = list_of(filled_line());
  type.read = [read = type.read](const JsonValue& in, Names& out, const JsonPlace& place) {
    Names found;
    read(in, found, place);
    for (const auto& name : found) add(out, authorized_entity(name));
  };
  return type;
}

JsonType<Names> group_name() {
  const auto text = filled_line();
  return {.read =
              [read = text.read](const JsonValue& in, Names& out, const JsonPlace& place) {
                std::string group;
                read(in, group, place);
                if (!group.empty()) add(out, authorized_entity(AuthorizedKind::group, group));
              },
          .write = entity_names().write,
          .wanted = text.wanted,
          .schema = text.schema};
}

JsonType<Names> kinds_with_ids() {
  const auto list = list_of(object_of(authorization_description()));
  return {.read =
              [read = list.read](const JsonValue& in, Names& out, const JsonPlace& place) {
                std::vector<Authorization> found;
                read(in, found, place);
                for (const auto& one : found) add(out, authorized_entity(one.kind, one.id));
              },
          .write = entity_names().write,
          .wanted = list.wanted,
          .schema = list.schema};
}

const EntityDescription<ApiKey::Restrictions>& restrictions_description() {
  using Restrictions = ApiKey::Restrictions;
  static const auto table =
      EntityDescription<Restrictions>("Which paths the key is good for.", &Restrictions::unknown_fields)
          .field("enabled", &Restrictions::enabled, boolean(),
                 "Must be false: a tunnel has one path, and the gateway does not test it.");
  return table;
}

const EntityDescription<ApiKey::Rotation>& rotation_description() {
  using Rotation = ApiKey::Rotation;
  static const auto table =
      EntityDescription<Rotation>("A second secret while the first one is being replaced.",
                                  &Rotation::unknown_fields)
          .field("enabled", &Rotation::enabled, boolean(), "Whether the next secret is accepted.")
          .field("nextSecret", &Rotation::next_secret, text_or_null(), "The next secret.");
  return table;
}

}  // namespace

const EntityDescription<ApiKey>& api_key_description() {
  const auto quota = integer<std::int64_t>({.least = 0});
  static const auto table =
      EntityDescription<ApiKey>("Who may open tunnels, and how many.", &ApiKey::unknown_fields)
          .field("clientId", &ApiKey::client_id, filled_line(), "Unique identifier, without a colon.",
                 Presence::required)
          .field("clientSecret", &ApiKey::client_secret, filled_line(), "The key's secret.",
                 Presence::required)
          .field("clientName", &ApiKey::client_name, filled_line(), "Display name of the key.",
                 Presence::required)
          .field("description", &ApiKey::description, text(), "What the key is for.")
          .field("authorizedGroup", &ApiKey::authorized_entities, group_name(),
                 "A group that the key is good for; `authorizedEntities` says it, too.", Presence::read_only)
          .field("authorizedEntities", &ApiKey::authorized_entities, entity_names(),
                 "What the key is good for: `route_ID`, `service_ID`, `group_ID`, ...; without a kind it is "
                 "a group.")
          .field("authorizations", &ApiKey::authorized_entities, kinds_with_ids(),
                 "What the key is good for; `authorizedEntities` says it, too.", Presence::read_only)
          .field("enabled", &ApiKey::enabled, boolean(), "Whether the key is accepted.")
          .field("readOnly", &ApiKey::read_only, boolean(), "Only for requests that change nothing.")
          .field("allowClientIdOnly", &ApiKey::allow_client_id_only, boolean(),
                 "Whether the client id is enough, without the secret.")
          .field("throttlingQuota", &ApiKey::throttling_quota, quota, "Tunnels that may be opened a second.")
          .field("dailyQuota", &ApiKey::daily_quota, quota, "Tunnels that may be opened a day (UTC).")
          .field("monthlyQuota", &ApiKey::monthly_quota, quota, "Tunnels that may be opened a month (UTC).")
          .field("restrictions", &ApiKey::restrictions, object_of(restrictions_description()),
                 "Which paths the key is good for.")
          .field("rotation", &ApiKey::rotation, object_of(rotation_description()),
                 "A second secret while the first one is being replaced.")
          .field("validUntil", &ApiKey::valid_until, optional(integer<std::int64_t>()),
                 "When the key ends, in milliseconds since 1970; null: never.")
          .field("tags", &ApiKey::tags, list_of(text()), "Tags.")
          .field("metadata", &ApiKey::metadata, map_of(text()), "Texts by key, for their owner's use.");
  return table;
}

std::expected<ApiKey, Problems> parse_api_key(std::string_view json) {
  return parse_entity(api_key_description(), json);
}

std::string to_json(const ApiKey& key) {
  return entity_to_json(api_key_description(), key);
}

}  // namespace otoroshi
