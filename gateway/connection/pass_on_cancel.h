// PostgreSQL's CancelRequest, which psql sends on Ctrl-C over a connection of its own, in clear and without a
// name.
#pragma once

#include "gateway/connection/worker_context.h"

namespace otoroshi::gateway {

// Sends the request to every target of every service of the record's port, several at a time: only the server
// that knows the process and its secret key acts on it. Returns when all have taken it or failed, the client
// has gone, or timeouts.connect is over; a failure of some is none of ours. Since nobody knows who asks, only
// a few run at a time on a worker, the others are dropped. Worker's thread.
Task<> pass_on_cancel(WorkerContext& context, ConnectionRecord& record, Bytes request);

}  // namespace otoroshi::gateway
