#include "common/net/listening_socket.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "common/net/port_holder.h"
#include "common/text/host_port.h"

namespace otoroshi {

using asio::ip::tcp;

namespace {

// The kernel cuts it down to net.core.somaxconn.
constexpr int listen_backlog = 65535;

void switch_on(int fd, int level, int option) {
  const int on = 1;
  ::setsockopt(fd, level, option, &on, sizeof on);
}

// Another address would not have helped.
bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

std::unexpected<Error> cannot_listen(const tcp::endpoint& endpoint, int error) {
  auto sentence = "cannot listen on " + to_text(HostPort{endpoint.address().to_string(), endpoint.port()}) +
                  ": " + std::strerror(error);
  if (error == EADDRINUSE) {
    const auto holder = port_holder(endpoint.port());
    sentence += "; " + holder.value_or("another program, or this one started twice,") + " holds the port";
  }
  if (error == EACCES) sentence += "; ports below 1024 need root or the capability CAP_NET_BIND_SERVICE";
  if (error == EADDRNOTAVAIL) sentence += "; no interface of this machine has the address";
  if (is_shortage(error)) {
    sentence += "; close what is not needed, or let the gateway have more (ulimit -n)";
    return fail(ErrorCode::io, Side::gateway, std::move(sentence));
  }
  return fail(ErrorCode::address_in_use, Side::gateway, std::move(sentence));
}

}  // namespace

Result<SocketHandle> bind_socket(const tcp::endpoint& endpoint, const SocketOptions& options,
                                 PortSharing sharing) {
  SocketHandle socket(::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return cannot_listen(endpoint, errno);
  set_socket_options(socket.get(), options);
  switch_on(socket.get(), SOL_SOCKET, SO_REUSEADDR);
  if (sharing == PortSharing::between_sockets) switch_on(socket.get(), SOL_SOCKET, SO_REUSEPORT);
  if (endpoint.address().is_v6()) {
    const int only_v6 = endpoint.address().is_unspecified() ? 0 : 1;
    ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
  }
  if (::bind(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0)
    return cannot_listen(endpoint, errno);
  return socket;
}

Result<SocketHandle> listen_on(const tcp::endpoint& endpoint, const SocketOptions& options,
                               PortSharing sharing) {
  auto socket = bind_socket(endpoint, options, sharing);
  if (socket && ::listen(socket->get(), listen_backlog) != 0) return cannot_listen(endpoint, errno);
  return socket;
}

tcp::endpoint local_endpoint(int fd) {
  tcp::endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (::getsockname(fd, endpoint.data(), &size) != 0) return {};
  endpoint.resize(size);
  return endpoint;
}

}  // namespace otoroshi
