// Takes connections of local programs and bridges each of them.
#pragma once

#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>

#include "common/net/accept_loop.h"
#include "otoroshictl/tcp_tunnel/bridge_context.h"

namespace otoroshi::ctl {

// Worker's thread. Destroying the loop ends accepting; bridges live on. `descriptors`: how many the process
// may open; accepting pauses before none are left for the way to the gateway.
std::unique_ptr<AcceptLoop> accept_bridges(BridgeContext& context, SocketHandle listening,
                                           std::uint64_t descriptors);

}  // namespace otoroshi::ctl
