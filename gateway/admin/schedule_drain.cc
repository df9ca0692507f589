#include "gateway/admin/schedule_drain.h"

#include "common/text/duration.h"

namespace otoroshi::gateway {

void schedule_drain(AdminContext& context, const TcpService& gone, std::chrono::milliseconds after) {
  const auto now = Clock::now();
  const auto& timeouts = context.config.timeouts;
  const Error why{ErrorCode::shut_down, Side::gateway,
                  described(gone) + " was deleted or disabled, and the connection did not end within drain=" +
                      duration_text(after)};
  const ConnectionRegistry::Drain drain{gone.id, now, now + after,
                                        now + after + timeouts.peek + timeouts.handshake, why};
  for (auto& worker : context.workers) {
    worker->context.worker.post([&registry = worker->context.registry, drain] { registry.drain(drain); });
  }
}

}  // namespace otoroshi::gateway
