// The life of a tunnel at the gateway's end.
#pragma once

#include "gateway/connection/worker_context.h"

namespace otoroshi::gateway {

// TLS ► upgrade head ► route by Host ► access ► destination ► dial ► 101 ► relay ► linger. Returns when the
// tunnel is over: nothing if both directions ended and all bytes were delivered, else what went wrong and on
// whose side; the client has been told by an HTTP answer before the 101, by Close or a reset after it.
// Worker's thread.
Task<Result<void>> serve_tunnel(WorkerContext& context, ConnectionRecord& record);

// Ends the worker's tunnels whose key, session, token, verifier or route is gone, disabled or expired. For
// each new snapshot and once a second. Worker's thread.
void end_revoked_tunnels(WorkerContext& context);

}  // namespace otoroshi::gateway
