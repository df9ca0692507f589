// THE life of a connection. Start reading here.
#pragma once

#include <asio/ip/tcp.hpp>

#include "common/net/tcp_stream.h"
#include "gateway/connection/worker_context.h"

namespace otoroshi::gateway {

// peek ► route ► TLS ► dial ► relay. Returns when the connection is over: nothing if both directions ended
// and all bytes were delivered, else what went wrong and on whose side; the client has been told in its own
// protocol then.
Task<Result<void>> serve_connection(WorkerContext& context, ConnectionRecord& record);

// Serves an accepted socket from now on, in the background, and publishes exactly one event when it is over.
// Throws std::bad_alloc before anything has begun.
void run_connection(WorkerContext& context, ServedPortPtr port, SocketHandle socket,
                    const asio::ip::tcp::endpoint& peer);

}  // namespace otoroshi::gateway
