// Two connected TCP sockets on a loopback address.
#pragma once

#include <string>

#include "common/net/tcp_stream.h"

namespace otoroshi::test {

struct TcpPair {
  SocketHandle near;
  SocketHandle far;
};

// `address` is a loopback address, either family; `buffer_bytes` as in SocketOptions, for both ends.
TcpPair connect_tcp_pair(const std::string& address = "127.0.0.1", int buffer_bytes = 0);

struct ListeningSocket {
  SocketHandle socket;
  asio::ip::tcp::endpoint endpoint;
};
ListeningSocket listen_on(const std::string& address, int backlog = 16);

// Closes with a RST instead of a FIN.
void reset_connection(SocketHandle& socket);

}  // namespace otoroshi::test
