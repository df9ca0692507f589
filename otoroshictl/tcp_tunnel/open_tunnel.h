// Opening a tunnel: dial the gateway (or the proxy in front of it) ► TLS ► upgrade ► 101.
#pragma once

#include <expected>
#include <string>

#include "common/net/stream.h"
#include "common/net/task.h"
#include "otoroshictl/tcp_tunnel/bridge_context.h"

namespace otoroshi::ctl {

struct OpeningFailure {
  std::string sentence;  // says what to do
  enum class By : std::uint8_t {
    circumstances,
    gateway,  // it has answered, and refused
    user,     // the local connection has gone meanwhile: nobody needs to be told
  } by = By::circumstances;
};

// Returns a stream over the tunnel, within --connect-timeout. Gives up when `local` is reset.
Task<std::expected<StreamPtr, OpeningFailure>> open_tunnel(BridgeContext& context, Stream& local);

// The error's sentence in the words of this program: what TCP and TLS call the target is the gateway.
std::string told_of_gateway(const Error& error);

}  // namespace otoroshi::ctl
