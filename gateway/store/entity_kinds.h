// The one list of the kinds of entities. Reading files, planning an import, counting and whatever else is
// done alike with every kind runs over it: a new kind is a row here and a list in Entities. (pure)
#pragma once

#include <string>
#include <string_view>
#include <tuple>

#include "common/base/result.h"
#include "common/model/entity_description.h"
#include "common/text/quoted.h"
#include "gateway/store/entities.h"

namespace otoroshi::gateway {

// What the admin API and otoroshictl call a kind; the names are Otoroshi's.
struct ApiNames {
  std::string_view path;      // "tcp/services": /api/tcp/services
  std::string_view group;     // "proxy.otoroshi.io"
  std::string_view plural;    // "tcp-services": /apis/proxy.otoroshi.io/v1/tcp-services
  std::string_view singular;  // "tcp-service"
  std::string_view kind;      // "TcpService"
};

template <class EntityOfKind>
struct EntityKind {
  using Entity = EntityOfKind;

  std::string_view section;   // in import files: "apiKeys"
  std::string_view noun;      // in sentences, singular: "API key"
  std::string_view id_field;  // in the JSON: "clientId"
  std::string Entity::*id;
  std::string Entity::*name;
  bool id_is_secret;  // then no sentence may hold it
  const EntityDescription<Entity>& (*description)();
  // What comes from outside to replace `stored` is first given what hide_secrets() has kept from its author.
  void (*keep_secrets)(Entity& incoming, const Entity& stored) = [](Entity&, const Entity&) {};
  // Then what follows from its other fields is filled in (`?enrich=false` leaves this out).
  void (*complete)(Entity&) = [](Entity&) {};
  Problems (*check)(const Entity&);  // every reason to refuse it that reading does not find
  // Likewise of one that was accepted once: no update of the machine may keep the gateway from starting.
  Problems (*check_stored)(const Entity&) = check;
  Problems (*warnings)(const Entity&);  // what is accepted and has no effect
  // Takes out what is shown only where it is asked for (`?reveal=true`).
  void (*hide_secrets)(Entity&) = [](Entity&) {};
  // For kinds that may come without an id: what the id of such an entity begins with, and the text that tells
  // it from others.
  std::string_view id_prefix;
  std::string (*identity)(const Entity&);
  ApiNames api;
};

using EntityKinds =
    std::tuple<EntityKind<TcpService>, EntityKind<Route>, EntityKind<ApiKey>, EntityKind<JwtVerifier>,
               EntityKind<AppSession>, EntityKind<StoredCertificate>>;
const EntityKinds& entity_kinds();

// Calls visit(const EntityKind<Entity>&) for each kind.
template <class Visit>
void for_each_kind(const Visit& visit) {
  std::apply([&visit](const auto&... kinds) { (visit(kinds), ...); }, entity_kinds());
}

// For sentences: "API key 'ci'", by the name or else the id; only the noun where that would tell a secret.
template <class Entity>
std::string described(const EntityKind<Entity>& kind, const Entity& entity) {
  const auto& name = entity.*kind.name;
  if (!name.empty()) return std::string(kind.noun) + ' ' + quoted(name, 100, '\'');
  if (kind.id_is_secret) return "another " + std::string(kind.noun);
  return std::string(kind.noun) + ' ' + quoted(entity.*kind.id, 100, '\'');
}

}  // namespace otoroshi::gateway
