// PostgreSQL's CancelRequest, which psql sends on Ctrl-C over a connection of its own, in clear and without a
// name.
#pragma once

#include "gateway/connection/worker_context.h"

namespace otoroshi::gateway {

// Sends the request to every target of every service of the port, at the same time: only the server that
// knows the process and its secret key acts on it. Waits until all have taken it or failed; a failure of some
// is none of ours.
Task<> pass_on_cancel(WorkerContext& context, const ServiceTable& table, Bytes request);

}  // namespace otoroshi::gateway
