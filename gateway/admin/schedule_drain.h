// What `?drain=30s` means for whoever deletes or disables a service.
#pragma once

#include <chrono>

#include "common/model/tcp_service.h"
#include "gateway/admin/admin_context.h"

namespace otoroshi::gateway {

// Closes the live connections of a service that has just been deleted or disabled once `after` is over, up to
// a second later. Connections that begin from now on, because the service was created or enabled again in the
// meantime, live on. Without it, connections outlive their service. Does not wait for the workers. Control
// thread only.
void schedule_drain(AdminContext& context, const TcpService& gone, std::chrono::milliseconds after);

}  // namespace otoroshi::gateway
