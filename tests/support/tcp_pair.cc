#include "tests/support/tcp_pair.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>

namespace otoroshi::test {

using asio::ip::tcp;

namespace {

int check(int outcome, const char* what) {
  if (outcome < 0) throw std::system_error(errno, std::generic_category(), what);
  return outcome;
}

SocketHandle new_socket(const tcp::endpoint& endpoint) {
  return SocketHandle(
      check(::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
}

}  // namespace

ListeningSocket listen_on(const std::string& address, int backlog) {
  tcp::endpoint endpoint(asio::ip::make_address(address), 0);
  auto listener = new_socket(endpoint);
  check(::bind(listener.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())), "bind");
  check(::listen(listener.get(), backlog), "listen");
  auto size = static_cast<socklen_t>(endpoint.capacity());
  check(::getsockname(listener.get(), endpoint.data(), &size), "getsockname");
  return {std::move(listener), endpoint};
}

TcpPair connect_tcp_pair(const std::string& address, int buffer_bytes) {
  auto listener = listen_on(address);
  const SocketOptions options{buffer_bytes};
  set_socket_options(listener.socket.get(), options);  // the accepted socket inherits the sizes
  auto near = new_socket(listener.endpoint);
  set_socket_options(near.get(), options);
  if (::connect(near.get(), listener.endpoint.data(), static_cast<socklen_t>(listener.endpoint.size())) !=
          0 &&
      errno != EINPROGRESS)
    check(-1, "connect");
  pollfd incoming{listener.socket.get(), POLLIN, 0};
  check(::poll(&incoming, 1, 10'000), "poll");
  SocketHandle far(
      check(::accept4(listener.socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC), "accept"));
  set_socket_options(far.get(), options);
  return {std::move(near), std::move(far)};
}

void reset_connection(SocketHandle& socket) {
  const linger at_once{1, 0};
  check(::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), "SO_LINGER");
  socket = SocketHandle();
}

}  // namespace otoroshi::test
