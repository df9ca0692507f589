// WebSockets inside relay(): where bytes are spliced, through TLS, and from end to end.
#include "common/net/relay.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "common/net/tcp_stream.h"
#include "common/net/tls_context.h"
#include "common/net/tls_stream.h"
#include "common/net/websocket_stream.h"
#include "tests/support/conversation.h"
#include "tests/support/memory_stream.h"
#include "tests/support/run_task.h"
#include "tests/support/tcp_pair.h"
#include "tests/support/test_pki.h"
#include "tests/support/websocket_frames.h"

using namespace otoroshi;
using namespace otoroshi::test;
using namespace std::chrono_literals;
using tunnel::CloseCode;
using tunnel::Role;

namespace {

constexpr std::size_t mib = 1024 * 1024;
const Error over{ErrorCode::shut_down, Side::gateway, "the test is over"};

std::size_t open_pipes() {
  std::size_t count = 0;
  for (int fd = 0; fd < 1024; ++fd) count += ::fcntl(fd, F_GETPIPE_SZ) > 0;
  return count;
}

std::unique_ptr<TcpStream> tcp(Worker& worker, SocketHandle socket) {
  return std::make_unique<TcpStream>(worker, std::move(socket), Side::client);
}

// A relay between a TCP connection and a WebSocket over TCP; the far ends, `local` and `wire`, are bare TCP.
struct Fixture {
  explicit Fixture(WebSocketOptions options, int buffer_bytes = 0) {
    auto local_pair = connect_tcp_pair("127.0.0.1", buffer_bytes);
    auto wire_pair = connect_tcp_pair("127.0.0.1", buffer_bytes);
    near_local = tcp(worker, std::move(local_pair.near));
    local = tcp(worker, std::move(local_pair.far));
    wire = tcp(worker, std::move(wire_pair.far));
    stream = std::make_unique<WebSocketStream>(worker, tcp(worker, std::move(wire_pair.near)), Side::target,
                                               options);
    start_task(relay(worker, *near_local, *stream, progress, {}), outcome);
  }
  ~Fixture() {
    for (auto* end : {near_local.get(), local.get(), wire.get()}) end->abort(over);
    stream->abort(over);
    run_until(worker, [&] { return outcome.ended(); });
  }

  Worker worker;
  std::unique_ptr<TcpStream> near_local;
  std::unique_ptr<TcpStream> local;
  std::unique_ptr<TcpStream> wire;
  std::unique_ptr<WebSocketStream> stream;
  RelayProgress progress;
  Outcome<std::optional<Error>> outcome;
};

// Writes so much at once, so that the peer sees the cuts.
Task<Result<void>> send_in_pieces(Worker& worker, Stream& stream, std::string_view wire, std::size_t most) {
  std::mt19937 random(3);
  while (!wire.empty()) {
    const auto piece = wire.substr(0, 1 + random() % most);
    auto sent = co_await write_all(stream, as_bytes(piece));
    if (!sent) co_return sent;
    wire.remove_prefix(piece.size());
    co_await worker.yield();
  }
  co_return Result<void>();
}

}  // namespace

TEST_CASE("a client splices what a server sends in frames of any size") {
  const auto source = text_of(random_bytes(20 * mib));
  const auto small_ping = frame(Role::server, fin | ping, "p");
  struct Row {
    const char* name;
    std::vector<std::size_t> sizes;  // in turn
    std::string between;             // the frames
    std::size_t total;
    std::size_t pieces;           // of the wire; 0: as it comes
    std::optional<bool> spliced;  // by chance otherwise
  };
  const Row rows[] = {
      {"16 MiB", {16 * mib, 4 * mib}, "", 20 * mib, 0, true},
      {"64 KiB", {64 * 1024}, "", 16 * mib, 0, {}},
      {"64 KiB and Pings", {64 * 1024}, small_ping, 16 * mib, 0, {}},
      {"1 MiB and the longest Pings",
       {mib},
       frame(Role::server, fin | ping, std::string(125, 'p')),
       16 * mib,
       0,
       true},
      {"large ones with small and empty ones between",
       {300'000, 1, 0, 8, 9, 200'000, 3},
       "",
       16 * mib,
       0,
       true},
      {"large ones and text", {300'000}, frame(Role::server, fin | text, "no"), 16 * mib, 0, true},
      {"64 KiB in pieces", {64 * 1024}, small_ping, 4 * mib, 30'000, {}},
      {"large ones in small pieces", {100'000, 2}, small_ping, mib, 700, {}},
      {"64 KiB - 1", {64 * 1024 - 1}, "", 4 * mib, 0, false},
      {"1 byte", {1}, "", 100'000, 0, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto pipes = open_pipes();
    Fixture fixture({.role = Role::client, .peer = "gateway"});
    std::string wire;
    std::size_t taken = 0;
    for (std::size_t count = 0; taken < row.total; ++count) {
      const auto payload = std::string_view(source).substr(
          taken, std::min(row.sizes[count % row.sizes.size()], row.total - taken));
      taken += payload.size();
      wire += frame(Role::server, fin | binary, payload) + row.between;
    }
    wire += frame(Role::server, fin | close_frame, close_payload(1000));

    Outcome<Result<void>> sent;
    Outcome<void> received;
    Received at_local;
    start_task(
        send_in_pieces(fixture.worker, *fixture.wire, wire, row.pieces == 0 ? wire.size() : row.pieces),
        sent);
    start_task(receive_all(*fixture.local, at_local), received);
    REQUIRE(run_until(fixture.worker, [&] { return received.ended() && sent.ended(); }));
    CHECK_FALSE(at_local.error);
    CHECK(text_of(at_local.bytes) == std::string_view(source).substr(0, row.total));
    CHECK(fixture.progress.bytes_from_target == row.total);
    if (row.spliced) CHECK((open_pipes() > pipes) == *row.spliced);

    // The other direction is still open.
    run_task(fixture.worker, send_and_finish(*fixture.local, bytes_of("answer"))).value();
    Received answer;
    run_task(fixture.worker, receive_all(*fixture.wire, answer));
    const auto got = decode_at_once(Role::server, text_of(answer.bytes));
    CHECK(got.bytes == "answer");
    CHECK(got.close_code == CloseCode::normal);
    REQUIRE(run_until(fixture.worker, [&] { return fixture.outcome.ended(); }));
    CHECK_FALSE(fixture.outcome.value.value());
  }
}

TEST_CASE("a server makes frames of what it splices, and control frames lie between them") {
  const auto bytes = random_bytes(32 * mib);
  for (int buffer_bytes : {0, 200'000}) {
    CAPTURE(buffer_bytes);
    const auto pipes = open_pipes();
    Fixture fixture({.role = Role::server, .ping_interval = 10s}, buffer_bytes);
    Outcome<Result<void>> sent;
    Outcome<void> received;
    Received at_wire;
    start_task(send_and_finish(*fixture.local, bytes), sent);
    start_task(receive_all(*fixture.wire, at_wire, 300'000), received);
    auto now = Clock::now();
    const auto pong_frame = frame(Role::client, fin | pong, "");
    const auto end = frame(Role::client, fin | close_frame, "");
    bool ended = false;
    REQUIRE(run_until(fixture.worker, [&] {
      fixture.stream->tick(now += 1s);
      if (!ended) fixture.wire->try_write(as_bytes(fixture.progress.client_ended ? end : pong_frame));
      ended = fixture.progress.client_ended;
      return sent.ended() && received.ended();
    }));
    CHECK_FALSE(at_wire.error);
    const auto got = decode_at_once(Role::client, text_of(at_wire.bytes));
    CHECK(got.violation.empty());
    CHECK(got.close_code == CloseCode::normal);
    CHECK(got.ping == "");
    CHECK(as_bytes(got.bytes).size() == bytes.size());
    CHECK(std::ranges::equal(as_bytes(got.bytes), bytes));
    CHECK(open_pipes() > pipes);
  }
}

TEST_CASE("nobody is dead while spliced bytes are stuck on either side") {
  for (auto own : {Role::client, Role::server}) {
    CAPTURE(own);
    const auto pipes = open_pipes();
    Fixture fixture({.role = own, .ping_interval = 10s});
    auto& sender = own == Role::client ? *fixture.wire : *fixture.local;
    auto& reader = own == Role::client ? *fixture.local : *fixture.wire;
    const auto payload = text_of(random_bytes(64 * mib));
    auto first = payload.substr(0, mib);
    auto rest = payload.substr(mib);
    if (own == Role::client) {
      first = frame(Role::server, fin | binary, first);
      rest = frame(Role::server, fin | binary, rest);
    }
    // The relay sleeps between the two, so that somebody has waited for bytes before they are spliced.
    run_task(fixture.worker, write_all(sender, as_bytes(first))).value();
    run_task(fixture.worker, receive(reader, first.size() - 64));
    handlers_until_idle(fixture.worker);
    Outcome<Result<void>> sent;
    start_task(write_all(sender, as_bytes(rest)), sent);
    handlers_until_idle(fixture.worker);
    CHECK_FALSE(sent.ended());
    CHECK(open_pipes() > pipes);

    for (auto now = Clock::now(), until = now + 100s; now < until; now += 1s) fixture.stream->tick(now);
    CHECK_FALSE(fixture.stream->is_broken());
    Received received;
    Outcome<void> reading;
    start_task(receive_all(reader, received, 300'000), reading);
    REQUIRE(run_until(fixture.worker, [&] { return sent.ended() || reading.ended(); }));
    CHECK(sent.value->has_value());
    reader.abort(over);
    REQUIRE(run_until(fixture.worker, [&] { return reading.ended(); }));
  }
}

TEST_CASE("a peer that resets while our Close is kept back ends the relay, though nobody reads from it") {
  Fixture fixture({.role = Role::client, .peer_half_close = false});
  REQUIRE(fixture.local->try_finish().done());
  const auto payload = std::string(64 * mib, 'x');
  const auto wire = frame(Role::server, fin | binary, payload);
  Outcome<Result<void>> sent;
  start_task(write_all(*fixture.wire, as_bytes(wire)), sent);
  handlers_until_idle(fixture.worker);
  CHECK_FALSE(fixture.outcome.ended());
  fixture.wire->abort(over);
  REQUIRE(run_until(fixture.worker, [&] { return fixture.outcome.ended() && sent.ended(); }));
  CHECK(fixture.outcome.value.value()->code == ErrorCode::reset);
}

TEST_CASE("an abort in the middle of a spliced frame puts no Close into it") {
  for (std::size_t spliced : {0, 3, 10}) {
    CAPTURE(spliced);
    Worker worker;
    auto sockets = connect_tcp_pair();
    auto peer = tcp(worker, std::move(sockets.far));
    WebSocketStream stream(worker, tcp(worker, std::move(sockets.near)), Side::client, {});
    REQUIRE(stream.begin_raw(10).done());
    const auto payload = std::string(spliced, 'x');
    REQUIRE(::send(stream.raw_sink(), payload.data(), spliced, 0) == static_cast<long>(spliced));
    stream.raw_moved(0, spliced);
    stream.abort(over);
    Received received;
    run_task(worker, receive_all(*peer, received));
    CHECK(received.error.has_value());
    const auto got = decode_at_once(Role::client, text_of(received.bytes));
    CHECK(got.bytes == payload);
    CHECK(got.close_code.has_value() == (spliced == 10));
  }
}
