#include "gateway/admin/entity_backend.h"

#include <string_view>
#include <unordered_set>
#include <utility>

#include "common/text/duration.h"
#include "gateway/admin/answers.h"
#include "gateway/admin/schedule_drain.h"

namespace otoroshi::gateway {

LiveEntities::Changed EntityBackend::change(EntityDraft& draft, std::optional<Delay> drain) const {
  if (!draft.has_changed()) return {};
  return change(draft.take(), drain);
}

LiveEntities::Changed EntityBackend::change(Entities wanted, std::optional<Delay> drain) const {
  EntityList<TcpService> gone;
  if (drain) gone = services_gone(live_.entities(), wanted);
  auto changed = live_.change(std::move(wanted));
  if (!changed) return changed;
  for (const auto& service : gone) drain_(*service, *drain);
  return {};
}

std::shared_ptr<const EntityBackend> make_backend(AdminContext& context) {
  return std::make_shared<const EntityBackend>(
      context.live, [&context](const TcpService& gone, EntityBackend::Delay after) {
        schedule_drain(context, gone, after);
      });
}

std::expected<std::optional<EntityBackend::Delay>, AdminResponse> drain_asked(const AdminRequest& request) {
  const auto text = request.parameter("drain");
  if (!text) return std::nullopt;
  const auto delay = parse_duration(*text);
  if (!delay) return std::unexpected(problems_answer(400, "bad_format", {{"drain", delay.error().sentence}}));
  return *delay;
}

EntityList<TcpService> services_gone(const Entities& before, const Entities& after) {
  std::unordered_set<std::string_view> enabled;
  for (const auto& service : after.services) {
    if (service->enabled) enabled.insert(service->id);
  }
  EntityList<TcpService> gone;
  for (const auto& service : before.services) {
    if (service->enabled && !enabled.contains(service->id)) gone.push_back(service);
  }
  return gone;
}

}  // namespace otoroshi::gateway
