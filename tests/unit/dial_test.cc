#include "common/net/dial.h"

#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <vector>

#include "tests/support/conversation.h"
#include "tests/support/run_task.h"
#include "tests/support/tcp_pair.h"

using namespace otoroshi;
using namespace otoroshi::test;
using namespace std::chrono_literals;
using asio::ip::make_address;

namespace {

Addresses addresses_of(std::initializer_list<const char*> texts) {
  Addresses addresses;
  for (const auto* text : texts) addresses.push_back(make_address(text));
  return addresses;
}

Task<Result<Dialled>> dial_within(Worker& worker, Addresses addresses, std::uint16_t port,
                                  Clock::duration limit) {
  DialOptions options;
  options.limit = limit;
  const std::string name = "target.test";
  co_return co_await dial_addresses(worker, addresses, port, name, options);
}

// A listener whose queue is full: the kernel drops what else wants to connect, as if nobody were there.
struct SilentListener {
  explicit SilentListener(const std::string& address) : listener(listen_on(address, 0)) {
    for (int i = 0; i < 4; ++i) {
      SocketHandle filler(::socket(listener.endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK, 0));
      const auto size = static_cast<socklen_t>(listener.endpoint.size());
      (void)::connect(filler.get(), listener.endpoint.data(), size);
      fillers.push_back(std::move(filler));
    }
  }
  std::uint16_t port() const { return listener.endpoint.port(); }
  ListeningSocket listener;
  std::vector<SocketHandle> fillers;
};

// A listener on a given port.
SocketHandle listen_at(const std::string& address, std::uint16_t port) {
  asio::ip::tcp::endpoint endpoint(make_address(address), port);
  SocketHandle socket(::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  REQUIRE(::bind(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0);
  REQUIRE(::listen(socket.get(), 16) == 0);
  return socket;
}

std::uint16_t unused_port() {
  return listen_on("127.0.0.1").endpoint.port();
}

}  // namespace

TEST_CASE("the families take turns, beginning with the one that the system prefers") {
  struct Row {
    Addresses given, order;
  };
  const Row rows[] = {
      {{}, {}},
      {addresses_of({"192.0.2.1"}), addresses_of({"192.0.2.1"})},
      {addresses_of({"192.0.2.1", "192.0.2.2"}), addresses_of({"192.0.2.1", "192.0.2.2"})},
      {addresses_of({"::1", "::2", "192.0.2.1"}), addresses_of({"::1", "192.0.2.1", "::2"})},
      {addresses_of({"192.0.2.1", "192.0.2.2", "::1"}), addresses_of({"192.0.2.1", "::1", "192.0.2.2"})},
      {addresses_of({"::1", "192.0.2.1", "192.0.2.2", "192.0.2.3", "::2"}),
       addresses_of({"::1", "192.0.2.1", "::2", "192.0.2.2", "192.0.2.3"})},
  };
  for (const auto& row : rows) CHECK(interleave_families(row.given) == row.order);
}

TEST_CASE("dialling opens a connection, over both families") {
  for (const char* address : {"127.0.0.1", "::1"}) {
    CAPTURE(address);
    Worker worker;
    auto listener = listen_on(address);
    auto dialled =
        run_task(worker, dial_within(worker, addresses_of({address}), listener.endpoint.port(), 30s));
    REQUIRE(dialled);
    CHECK(dialled->address == listener.endpoint);
    CHECK(dialled->stream->try_write(bytes_of("hello")).done());
    SocketHandle accepted(::accept(listener.socket.get(), nullptr, nullptr));
    char text[6] = {};
    CHECK(::recv(accepted.get(), text, 5, MSG_WAITALL) == 5);
    CHECK(std::string_view(text) == "hello");
  }
}

TEST_CASE("a name is resolved and its addresses are tried") {
  Worker worker;
  Resolver resolver;
  auto listener = listen_on("127.0.0.1");
  const std::string name = "localhost";
  DialOptions options;
  options.limit = 30s;
  auto dialled = run_task(worker, dial(worker, resolver, name, listener.endpoint.port(), options));
  REQUIRE(dialled);
  CHECK(dialled->address.port() == listener.endpoint.port());
}

TEST_CASE("a refusal is the target's, at once, and names the target with its address") {
  Worker worker;
  auto port = unused_port();
  auto begin = Clock::now();
  auto dialled = run_task(worker, dial_within(worker, addresses_of({"127.0.0.1", "::1"}), port, 50s));
  REQUIRE_FALSE(dialled);
  CHECK(Clock::now() - begin < 40s);
  CHECK(dialled.error().code == ErrorCode::refused);
  CHECK(dialled.error().side == Side::target);
  CHECK_THAT(dialled.error().sentence,
             Catch::Contains("target.test:" + std::to_string(port)) && Catch::Contains("::1"));
}

TEST_CASE("when the first address refuses the second is tried") {
  Worker worker;
  auto port = unused_port();
  auto listener = listen_at("127.0.0.1", port);
  auto dialled = run_task(worker, dial_within(worker, addresses_of({"::1", "127.0.0.1"}), port, 30s));
  REQUIRE(dialled);
  CHECK(dialled->address.address() == make_address("127.0.0.1"));
}

TEST_CASE("a silent address is given up after the limit") {
  Worker worker;
  SilentListener silent("127.0.0.1");
  auto begin = Clock::now();
  auto dialled = run_task(worker, dial_within(worker, addresses_of({"127.0.0.1"}), silent.port(), 50ms));
  REQUIRE_FALSE(dialled);
  CHECK(Clock::now() - begin >= 50ms);
  CHECK(dialled.error().code == ErrorCode::timed_out);
  CHECK(dialled.error().side == Side::target);
}

TEST_CASE("the next address does not wait for a silent one longer than RFC 8305's delay") {
  Worker worker;
  SilentListener silent("127.0.0.1");
  auto listener = listen_at("127.0.0.2", silent.port());
  auto begin = Clock::now();
  auto dialled =
      run_task(worker, dial_within(worker, addresses_of({"127.0.0.1", "127.0.0.2"}), silent.port(), 50s));
  REQUIRE(dialled);
  CHECK(dialled->address.address() == make_address("127.0.0.2"));
  CHECK(Clock::now() - begin >= 240ms);
  CHECK(Clock::now() - begin < 20s);
}

TEST_CASE("while one address is silent the refusals of the others do not end the attempt") {
  Worker worker;
  SilentListener silent("127.0.0.1");
  auto dialled =
      run_task(worker, dial_within(worker, addresses_of({"127.0.0.1", "127.0.0.2"}), silent.port(), 600ms));
  REQUIRE_FALSE(dialled);
  CHECK(dialled.error().code == ErrorCode::timed_out);
  CHECK_THAT(dialled.error().sentence, Catch::Contains("127.0.0.1"));
}
