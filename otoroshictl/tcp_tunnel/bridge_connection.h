// The life of one local connection. Start reading here.
#pragma once

#include "common/net/task.h"
#include "otoroshictl/tcp_tunnel/bridge_context.h"

namespace otoroshi::ctl {

enum class Ending : std::uint8_t { carried, failed, refused_by_gateway };

// open a tunnel ► relay ► linger. Returns when the connection is over, and has logged what went wrong then.
Task<Ending> bridge_connection(BridgeContext& context, StreamPtr local);

}  // namespace otoroshi::ctl
