// All entities of one moment as one value. Immutable where it is shared: whoever changes something builds a
// new one, in which everything that stayed the same is the same object as before.
#pragma once

#include <concepts>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "common/model/stored_certificate.h"
#include "common/model/tcp_service.h"
#include "gateway/tunnel/tunnel_table.h"

namespace otoroshi::gateway {

template <class Entity>
using EntityList = std::vector<std::shared_ptr<const Entity>>;

struct Entities {
  EntityList<TcpService> services = {};  // each list in order of creation
  TunnelEntities tunnel = {};
  EntityList<StoredCertificate> certificates = {};
  // Sections of imported exports that mean nothing to this gateway, as JSON text by name: they are exported
  // again, and no more.
  std::map<std::string, std::string> other_sections = {};

  friend bool operator==(const Entities&, const Entities&) = default;  // the same objects
  bool empty() const { return *this == Entities{}; }
};

// The entities of one kind: list_of<ApiKey>(entities).
template <class Entity, class AnyEntities>
requires std::same_as<std::remove_const_t<AnyEntities>, Entities>
auto& list_of(AnyEntities& entities) {
  if constexpr (std::same_as<Entity, TcpService>) return entities.services;
  if constexpr (std::same_as<Entity, Route>) return entities.tunnel.routes;
  if constexpr (std::same_as<Entity, ApiKey>) return entities.tunnel.api_keys;
  if constexpr (std::same_as<Entity, JwtVerifier>) return entities.tunnel.verifiers;
  if constexpr (std::same_as<Entity, AppSession>) return entities.tunnel.sessions;
  if constexpr (std::same_as<Entity, StoredCertificate>) return entities.certificates;
}

}  // namespace otoroshi::gateway
