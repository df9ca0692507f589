// What the operations on entities change: what is served, and the connections of services that are gone.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "gateway/admin/admin_http.h"
#include "gateway/admin/entity_resource.h"
#include "gateway/store/live_entities.h"

namespace otoroshi::gateway {

class EntityBackend {
 public:
  using Delay = std::chrono::milliseconds;
  using DrainService = std::function<void(const TcpService& gone, Delay after)>;  // schedule_drain()

  // `live` outlives it.
  EntityBackend(LiveEntities& live, DrainService drain) : live_(live), drain_(std::move(drain)) {}

  const Entities& entities() const { return live_.entities(); }
  Result<std::string> session_secret() const { return live_.session_secret(); }

  // Serves by the draft. Without a difference nothing is done. `drain`: for live connections of services that
  // are deleted or disabled by it; nullopt: they live on.
  LiveEntities::Changed change(EntityDraft& draft, std::optional<Delay> drain) const;
  LiveEntities::Changed change(Entities wanted, std::optional<Delay> drain) const;

 private:
  LiveEntities& live_;
  DrainService drain_;
};

// On what is served, with schedule_drain(); `context` outlives it.
struct AdminContext;
std::shared_ptr<const EntityBackend> make_backend(AdminContext& context);

// The parameter "drain"; an answer 400: it is no duration.
std::expected<std::optional<EntityBackend::Delay>, AdminResponse> drain_asked(const AdminRequest& request);

// Those of `before` that are enabled and are not in `after`, or are disabled there. (pure)
EntityList<TcpService> services_gone(const Entities& before, const Entities& after);

}  // namespace otoroshi::gateway
