// While a port closes to which clients come as fast as they are taken, its worker serves nobody for 0.4 s.
// (What its queue held was accepted in batches, and each might take all that came for 100 microseconds.)

#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "common/net/accept_loop.h"
#include "tests/support/tcp_pair.h"

using namespace otoroshi;
using namespace otoroshi::test;

namespace {

// For each connection that is taken another one comes.
class Flood final : public Acceptance {
 public:
  Flood(const asio::ip::tcp::endpoint& to, int& taken) : to_(to), taken_(taken) { come(); }

  void take(SocketHandle socket, const asio::ip::tcp::endpoint&) override {
    ++taken_;
    reset_connection(socket);
    come();
  }
  void paused(const std::string&) override {}
  void resumed() override {}

 private:
  void come() {
    client_ = SocketHandle(::socket(to_.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(client_.get(), to_.data(), static_cast<socklen_t>(to_.size())) == 0);
  }

  const asio::ip::tcp::endpoint to_;
  int& taken_;
  SocketHandle client_;
};

}  // namespace

TEST_CASE("a loop that closes takes no more connections than its queue may have held") {
  Worker worker;
  auto listening = listen_on("127.0.0.1");
  int taken = 0;
  auto flood = std::make_unique<Flood>(listening.endpoint, taken);
  auto loop = std::make_unique<AcceptLoop>(worker, std::move(listening.socket), std::move(flood));
  REQUIRE(taken > 0);

  taken = 0;
  loop.reset();
  CHECK(taken == 4096);
  worker.run_once({});  // the coroutine that accepted ends
}
