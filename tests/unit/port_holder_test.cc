#include "common/net/port_holder.h"

#include <catch2/catch.hpp>

#include "common/net/listening_socket.h"

using namespace otoroshi;
using asio::ip::tcp;

TEST_CASE("who listens on a port is found, on both families") {
  for (const auto* address : {"127.0.0.1", "::1"}) {
    const auto socket =
        listen_on({asio::ip::make_address(address), 0}, SocketOptions{}, PortSharing::exclusive);
    REQUIRE(socket);
    CHECK(port_holder(local_endpoint(socket->get()).port()) == "this program itself");
  }
}

TEST_CASE("a port that nobody listens on has no holder, even if it is bound") {
  const auto bound =
      bind_socket({asio::ip::make_address("127.0.0.1"), 0}, SocketOptions{}, PortSharing::exclusive);
  REQUIRE(bound);
  CHECK_FALSE(port_holder(local_endpoint(bound->get()).port()));
}
