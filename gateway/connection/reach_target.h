// From a decision to a connection that is ready for the client's bytes.
#pragma once

#include "common/routing/service_table.h"
#include "gateway/connection/worker_context.h"

namespace otoroshi::gateway {

// Tries the targets of record.targets in turn until one takes the connection: dial, PROXY header,
// PostgreSQL's SSLRequest if the client began TLS that way and the target is to have it too, TLS. The record
// then has its stream; what was tried last stands there in any case. Fails with the last target's error if
// none takes it. Worker's thread.
Task<Result<void>> reach_target(WorkerContext& context, ConnectionRecord& record, bool postgres_tls);

// TLS on the record's target stream, for its target; within timeouts.handshake.
Task<Result<void>> enter_target_tls(WorkerContext& context, ConnectionRecord& record);

}  // namespace otoroshi::gateway
