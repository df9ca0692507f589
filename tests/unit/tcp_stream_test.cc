#include "common/net/tcp_stream.h"

#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <random>

#include "tests/support/conversation.h"
#include "tests/support/run_task.h"
#include "tests/support/tcp_pair.h"

using namespace otoroshi;
using namespace otoroshi::test;

namespace {

// One end is a TcpStream, the other a bare socket.
struct Fixture {
  explicit Fixture(const std::string& address = "127.0.0.1") : pair(connect_tcp_pair(address)) {
    stream = std::make_unique<TcpStream>(worker, std::move(pair.near), Side::client);
  }

  void far_sends(Bytes bytes, int flags = 0) {
    REQUIRE(::send(pair.far.get(), bytes.data(), bytes.size(), flags) == static_cast<ssize_t>(bytes.size()));
  }
  void far_sends(std::string_view text, int flags = 0) { far_sends(std::as_bytes(std::span(text)), flags); }

  // Sleeps until the stream is readable, with the wait begun before `meanwhile` happens.
  template <class Happening>
  void wait_readable_while(Happening meanwhile) {
    Outcome<void> woken;
    start_task([](Stream& its_stream) -> Task<> { co_await readable(its_stream); }(*stream), woken);
    meanwhile();
    REQUIRE(run_until(worker, [&] { return woken.ended(); }));
  }

  Worker worker;
  TcpPair pair;
  std::unique_ptr<TcpStream> stream;
};

// One byte after another in a circle, so that a lost, doubled or moved byte shows.
std::vector<std::byte> pattern(std::size_t begin, std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>((begin + i) % 251);
  return bytes;
}

Task<> wait_broken(Stream& stream) {
  co_await sleep_until([&](Waiter& waiter) { stream.arm_broken(waiter); });
}

}  // namespace

TEST_CASE("bytes arrive in order, whether a wait has read them already or not, in buffers of any size") {
  for (const char* address : {"127.0.0.1", "::1"}) {
    CAPTURE(address);
    Fixture fixture(address);
    std::mt19937 random(7);
    std::size_t sent = 0;
    for (std::size_t size = 1; size <= 5000; size += 1 + size / 50) {
      auto message = pattern(sent, size);
      sent += size;
      bool wait_first = random() % 2 == 0;
      if (wait_first) {
        fixture.wait_readable_while([&] { fixture.far_sends(message); });
      } else {
        fixture.far_sends(message);
      }
      std::vector<std::byte> got;
      std::vector<std::byte> buffer(1 + random() % 700);
      auto read_message = [&]() -> Task<> {
        while (got.size() < size) {
          MutableBytes into(buffer);
          auto count = co_await read_some(*fixture.stream, into);
          if (!count || *count == 0) co_return;
          got.insert(got.end(), buffer.begin(), buffer.begin() + static_cast<long>(*count));
        }
      };
      run_task(fixture.worker, read_message());
      CAPTURE(size, wait_first, buffer.size());
      REQUIRE(got == message);
    }
  }
}

TEST_CASE("an end behind bytes is reported after them") {
  for (bool wait_first : {false, true}) {
    CAPTURE(wait_first);
    Fixture fixture;
    auto say_and_end = [&] {
      fixture.far_sends("bye", MSG_MORE);  // the FIN travels with the bytes
      ::shutdown(fixture.pair.far.get(), SHUT_WR);
    };
    if (wait_first) {
      fixture.wait_readable_while(say_and_end);
    } else {
      say_and_end();
    }
    Received received;
    run_task(fixture.worker, receive_all(*fixture.stream, received));
    CHECK(text_of(received.bytes) == "bye");
    CHECK_FALSE(received.error);
    CHECK_FALSE(fixture.stream->is_broken());
    CHECK(fixture.stream->try_write(std::as_bytes(std::span("answer"))).done());
  }
}

TEST_CASE("a reset is an error, never an end, with and without bytes before it") {
  struct Row {
    const char* bytes;
    bool wait_first;      // a pending wait consumes the reset from the socket
    std::size_t at_once;  // 3: the buffer ends where the bytes end
  };
  const std::string long_text(256, 'x');  // fills the buffer of a wait
  const Row rows[] = {{"", false, 100},
                      {"", true, 100},
                      {"bye", false, 100},
                      {"bye", true, 100},
                      {"bye", true, 3},
                      {long_text.c_str(), false, 1000},
                      {long_text.c_str(), true, 1000},
                      {long_text.c_str(), true, 256}};
  for (const auto& row : rows) {
    CAPTURE(row.bytes, row.wait_first, row.at_once);
    Fixture fixture;
    auto say_and_reset = [&] {
      if (*row.bytes) fixture.far_sends(std::string_view(row.bytes));
      reset_connection(fixture.pair.far);
    };
    if (row.wait_first) {
      fixture.wait_readable_while(say_and_reset);
    } else {
      say_and_reset();
    }
    CHECK(run_until(fixture.worker, [&] { return fixture.stream->is_broken(); }));
    Received received;
    run_task(fixture.worker, receive_all(*fixture.stream, received, row.at_once));
    CHECK(text_of(received.bytes) == row.bytes);
    REQUIRE(received.error);
    CHECK(received.error->code == ErrorCode::reset);
    CHECK(received.error->side == Side::client);
    std::byte byte{};
    CHECK(fixture.stream->try_read({&byte, 1}).error());
    CHECK(fixture.stream->try_write({&byte, 1}).error());
    CHECK(fixture.stream->raw_source().limit == 0);
  }
}

TEST_CASE("a write that meets the reset keeps it: the next read is an error, not an end") {
  Fixture fixture;
  reset_connection(fixture.pair.far);
  std::byte byte{};
  CHECK(fixture.stream->try_write({&byte, 1}).error());
  CHECK(fixture.stream->try_read({&byte, 1}).error());
}

TEST_CASE("finishing ends our direction only, and is done once") {
  Fixture fixture;
  CHECK(fixture.stream->try_finish().done());
  CHECK(fixture.stream->try_finish().done());
  char byte = 0;
  CHECK(::recv(fixture.pair.far.get(), &byte, 1, 0) == 0);
  fixture.far_sends("answer");
  CHECK(text_of(run_task(fixture.worker, receive(*fixture.stream, 6))) == "answer");
}

TEST_CASE("an abort wakes every sleeper, makes all operations fail with the first reason, and sends a RST") {
  Fixture fixture;
  auto filler = random_bytes(64 * 1024);
  while (fixture.stream->try_write(filler).done()) continue;
  Outcome<void> readable_woken, writable_woken, broken_woken;
  auto& stream = *fixture.stream;
  std::byte nothing{};
  REQUIRE(stream.try_read({&nothing, 1}).would_block());
  start_task([](Stream& its) -> Task<> { co_await readable(its); }(stream), readable_woken);
  start_task([](Stream& its) -> Task<> { co_await writable(its); }(stream), writable_woken);
  start_task(wait_broken(stream), broken_woken);

  stream.abort({ErrorCode::shut_down, Side::gateway, "killed"});
  stream.abort({ErrorCode::io, Side::gateway, "second"});
  CHECK_FALSE(readable_woken.ended());  // never on the stack of abort()
  CHECK_FALSE(writable_woken.ended());
  CHECK_FALSE(broken_woken.ended());
  REQUIRE(run_until(fixture.worker, [&] {
    return readable_woken.ended() && writable_woken.ended() && broken_woken.ended();
  }));
  std::byte byte{};
  CHECK(stream.try_read({&byte, 1}).error());
  CHECK(stream.try_write({&byte, 1}).error());
  CHECK(stream.try_flush().error());
  CHECK(stream.try_finish().error());
  CHECK(stream.is_broken());
  CHECK(stream.failure().sentence == "killed");

  std::vector<char> rest(1024 * 1024);
  ssize_t got = 0;
  while ((got = ::recv(fixture.pair.far.get(), rest.data(), rest.size(), 0)) > 0) continue;
  CHECK(got == -1);
  CHECK(errno == ECONNRESET);
}

TEST_CASE("an abort after a failure still wakes who sleeps, and keeps the failure") {
  Fixture fixture;
  Outcome<void> woken;
  std::byte byte{};
  REQUIRE(fixture.stream->try_read({&byte, 1}).would_block());
  start_task([](Stream& its) -> Task<> { co_await readable(its); }(*fixture.stream), woken);
  REQUIRE(fixture.stream->try_finish().done());
  REQUIRE(fixture.stream->try_write({&byte, 1}).error());  // EPIPE, and nothing has happened to the socket
  const auto sentence = fixture.stream->failure().sentence;
  CHECK(handlers_until_idle(fixture.worker) < 20);
  CHECK_FALSE(woken.ended());
  fixture.stream->abort({ErrorCode::shut_down, Side::gateway, "killed"});
  CHECK(run_until(fixture.worker, [&] { return woken.ended(); }));
  CHECK(fixture.stream->failure().sentence == sentence);
}

TEST_CASE("a reset is noticed without reading, bytes and an end are no breakage") {
  Fixture fixture;
  CHECK_FALSE(fixture.stream->is_broken());
  Outcome<void> woken;
  start_task(wait_broken(*fixture.stream), woken);
  fixture.far_sends("unread");
  SECTION("after bytes") {}
  SECTION("after bytes and an end") {
    ::shutdown(fixture.pair.far.get(), SHUT_WR);
  }
  CHECK(handlers_until_idle(fixture.worker) < 20);
  CHECK_FALSE(fixture.stream->is_broken());
  CHECK_FALSE(woken.ended());
  reset_connection(fixture.pair.far);
  REQUIRE(run_until(fixture.worker, [&] { return woken.ended(); }));
  CHECK(fixture.stream->is_broken());
}

// Wakes, finds nothing broken, sleeps again: what a pump does that waits for its sink.
static Task<> watch(Stream& stream, unsigned& wakes) {
  do {
    co_await wait_broken(stream);
    ++wakes;
  } while (!stream.is_broken());
}

TEST_CASE("who watches for a reset sleeps on when both directions have ended, until an abort") {
  Fixture fixture;
  fixture.far_sends("unread");
  ::shutdown(fixture.pair.far.get(), SHUT_WR);
  REQUIRE(fixture.stream->try_finish().done());
  unsigned wakes = 0;
  Outcome<void> ended;
  start_task(watch(*fixture.stream, wakes), ended);
  CHECK(handlers_until_idle(fixture.worker) < 20);
  CHECK(wakes < 3);
  CHECK_FALSE(ended.ended());
  fixture.stream->abort({ErrorCode::shut_down, Side::gateway, "killed"});
  CHECK(run_until(fixture.worker, [&] { return ended.ended(); }));
}

TEST_CASE("urgent bytes keep nobody busy who watches for a reset, and hide none") {
  Fixture fixture;
  unsigned wakes = 0;
  Outcome<void> ended;
  start_task(watch(*fixture.stream, wakes), ended);
  for (int round = 0; round < 3; ++round) {
    fixture.far_sends("normal");
    fixture.far_sends("!", MSG_OOB);
    CHECK(handlers_until_idle(fixture.worker) < 20);
  }
  CHECK(wakes < 10);
  REQUIRE_FALSE(ended.ended());
  reset_connection(fixture.pair.far);
  CHECK(run_until(fixture.worker, [&] { return ended.ended(); }));
}

TEST_CASE("a refused connection becomes writable and says why") {
  auto listener = listen_on("127.0.0.1");
  auto endpoint = listener.endpoint;
  listener.socket = SocketHandle();  // now nobody listens there
  SocketHandle socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  REQUIRE(::connect(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) == -1);
  REQUIRE(errno == EINPROGRESS);
  Worker worker;
  TcpStream stream(worker, std::move(socket), Side::target, WatchedSocket::State::connecting);
  CHECK(stream.connect_result() == EINPROGRESS);
  run_task(worker, [](Stream& its) -> Task<> { co_await writable(its); }(stream));
  CHECK(stream.connect_result() == ECONNREFUSED);
}

TEST_CASE("a stream may go away while waits are pending") {
  Fixture fixture;
  for (auto arm : {&Stream::arm_readable, &Stream::arm_writable, &Stream::arm_broken}) {
    Waiter waiter;
    (fixture.stream.get()->*arm)(waiter);
  }
  fixture.far_sends("too late");
  fixture.stream.reset();
  handlers_until_idle(fixture.worker);
}

TEST_CASE("an end that finds the peer's reset in its way makes the stream broken, at once") {
  Fixture fixture;
  reset_connection(fixture.pair.far);
  CHECK_FALSE(fixture.stream->is_broken());  // the loop has not run since
  CHECK(fixture.stream->try_finish().done());
  CHECK(fixture.stream->is_broken());
  std::byte byte{};
  CHECK_FALSE(fixture.stream->try_read({&byte, 1}).would_block());
}
