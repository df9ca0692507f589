// From a request that is admitted to a connection with what it asks for.
#pragma once

#include "common/tunnel/upgrade.h"
#include "gateway/connection/worker_context.h"
#include "gateway/tunnel/refusal.h"

namespace otoroshi::gateway {

// Tries the targets of the tunnel's route in turn until one takes the connection: the request's values in the
// target's place-holders, the route's rule for destinations, resolve, dial, TLS. The address that was checked
// is the one that is dialled. The record then has its target and the stream. Worker's thread.
Task<Admission<void>> reach_destination(WorkerContext& context, ConnectionRecord& record,
                                        const tunnel::Request& request);

}  // namespace otoroshi::gateway
