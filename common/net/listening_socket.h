// Opening listening sockets. What goes wrong is told with the address, the reason and what may be done: an
// Error with the code address_in_use, or io where no address could be bound for a lack of descriptors or
// memory.
#pragma once

#include <asio/ip/tcp.hpp>

#include "common/base/result.h"
#include "common/net/socket_handle.h"
#include "common/net/tcp_stream.h"

namespace otoroshi {

enum class PortSharing : std::uint8_t {
  exclusive,
  between_sockets,  // SO_REUSEPORT: of this user, in whatever process; the kernel spreads connections over
                    // them
};

// A non-blocking socket that owns the address and does not listen yet. The unspecified IPv6 address takes
// IPv4, too. The sockets that it will accept inherit `options`.
Result<SocketHandle> bind_socket(const asio::ip::tcp::endpoint& endpoint, const SocketOptions& options,
                                 PortSharing sharing);

// The same in LISTEN state.
Result<SocketHandle> listen_on(const asio::ip::tcp::endpoint& endpoint, const SocketOptions& options,
                               PortSharing sharing);

// The address that a socket is bound to: the port that the kernel has chosen for port 0.
asio::ip::tcp::endpoint local_endpoint(int fd);

}  // namespace otoroshi
