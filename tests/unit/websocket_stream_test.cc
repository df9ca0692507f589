#include <catch2/catch.hpp>
#include <random>

#include "tests/support/conversation.h"
#include "tests/support/run_task.h"
#include "tests/support/websocket_fixture.h"

using namespace otoroshi;
using namespace otoroshi::test;
using namespace std::chrono_literals;
using tunnel::CloseCode;
using tunnel::Role;

namespace {

constexpr Role roles[] = {Role::client, Role::server};
const Error some_error{ErrorCode::timed_out, Side::target, "the target is slow"};

// Two WebSockets, each the other's peer, over a connection that moves few or many bytes at once.
struct Both {
  explicit Both(std::size_t capacity, unsigned seed = 1)
      : random(seed), most(4000 * capacity), pair(make_memory_pair(worker, capacity)) {
    for (auto* end : {pair.near.get(), pair.far.get()}) end->set_step(pick());
    server =
        std::make_unique<WebSocketStream>(worker, std::move(pair.near), Side::client, WebSocketOptions{});
    client = std::make_unique<WebSocketStream>(worker, std::move(pair.far), Side::target,
                                               WebSocketOptions{.role = Role::client, .peer = "gateway"});
  }
  std::size_t pick() {
    constexpr std::size_t sizes[] = {1, 5, 100, 4096, 65'536, 300'000};
    const auto picked = sizes[random() % std::size(sizes)];
    most = std::min({most, 4000 * picked, std::size_t{2'000'000}});
    return picked;
  }

  std::mt19937 random;
  std::size_t most;  // bytes that pass in reasonable time
  Worker worker;
  MemoryPair pair;
  std::unique_ptr<WebSocketStream> server;
  std::unique_ptr<WebSocketStream> client;
};

}  // namespace

TEST_CASE("bytes arrive through a WebSocket as they were sent, whatever the streams take at once") {
  const std::size_t capacities[] = {1, 2, 15, 100, 5000, 65'536, 2'000'000};
  for (unsigned round = 0; round < 70; ++round) {
    const auto capacity = capacities[round % std::size(capacities)];
    Both both(capacity, round);
    const auto at_once_up = both.pick();
    const auto at_once_down = both.pick();
    const auto up = random_bytes(both.random() % both.most, both.random());
    const auto down = random_bytes(both.random() % both.most, both.random());
    CAPTURE(capacity, up.size(), down.size());
    Outcome<Result<void>> sent_up, sent_down;
    Outcome<void> received_up, received_down;
    Received at_server, at_client;
    start_task(send_and_finish(*both.client, up), sent_up);
    start_task(send_and_finish(*both.server, down), sent_down);
    start_task(receive_all(*both.server, at_server, at_once_up), received_up);
    start_task(receive_all(*both.client, at_client, at_once_down), received_down);
    auto now = Clock::now();
    REQUIRE(run_until(both.worker, [&] {
      now += 1s;  // so that Pings and Pongs are among the frames
      both.server->tick(now);
      both.client->tick(now);
      return sent_up.ended() && sent_down.ended() && received_up.ended() && received_down.ended();
    }));
    CHECK(at_server.bytes == up);
    CHECK(at_client.bytes == down);
    CHECK_FALSE(at_server.error);
    CHECK_FALSE(at_client.error);
  }
}

TEST_CASE("a half-close is a Close frame, and the answer still arrives") {
  for (bool client_ends_first : {true, false}) {
    CAPTURE(client_ends_first);
    Both both(64 * 1024);
    auto& asking = client_ends_first ? *both.client : *both.server;
    auto& answering = client_ends_first ? *both.server : *both.client;
    const auto question = random_bytes(30'000);
    Outcome<Result<void>> sent;
    start_task(send_and_finish(asking, question), sent);
    Received received;
    run_task(both.worker, receive_all(answering, received));
    CHECK(received.bytes == question);
    CHECK_FALSE(received.error);

    const auto answer = random_bytes(30'000, 2);
    Outcome<Result<void>> answered;
    start_task(send_and_finish(answering, answer), answered);
    Received got;
    run_task(both.worker, receive_all(asking, got));
    CHECK(got.bytes == answer);
    CHECK_FALSE(got.error);
    // Both have ended: now each sees the other's FIN, and nobody has to wait.
    Received rest;
    run_task(both.worker, receive_all(answering, rest));
    CHECK_FALSE(rest.error);
    CHECK(run_until(both.worker, [&] { return sent.ended() && answered.ended(); }));
  }
}

TEST_CASE("FIN follows when both directions have ended, not before") {
  for (bool own_first : {true, false}) {
    CAPTURE(own_first);
    WebSocketFixture fixture;
    if (own_first) CHECK(fixture.stream->try_finish().done());
    CHECK_FALSE(fixture.peer.was_ended());
    fixture.peer_sends_close(1000);
    CHECK(fixture.read_nothing() == IoStatus::end);
    CHECK(fixture.peer.was_ended() == own_first);
    CHECK(fixture.stream->try_finish().done());
    CHECK(fixture.stream->try_finish().done());
    CHECK(fixture.peer.was_ended());
    CHECK(fixture.peer_gets_wire() == frame(Role::server, fin | close_frame, close_payload(1000)));
  }
}

TEST_CASE("how the peer's direction ends") {
  struct Row {
    const char* name;
    bool half_close;
    std::optional<int> close_code;  // 1005: a Close without one
    bool fin_too;                   // at once
    std::string mid_frame;
    IoStatus status;
    ErrorCode code;
    const char* sentence;
  };
  const auto end = IoStatus::end;
  const auto error = IoStatus::error;
  const Row rows[] = {
      {"open", true, {}, false, "", IoStatus::would_block, {}, ""},
      {"open in a frame", true, {}, false, "\x82", IoStatus::would_block, {}, ""},
      {"Close 1000", true, 1000, false, "", end, {}, ""},
      {"Close without a code", true, 1005, false, "", end, {}, ""},
      {"Close 1000 and FIN", true, 1000, true, "", end, {}, ""},
      {"Close 1000 of another make", false, 1000, true, "", end, {}, ""},
      {"Close 1011", true, 1011, false, "", error, ErrorCode::reset,
       "the client ended the tunnel: \"because\" (close code 1011)"},
      {"Close 1001 and FIN", true, 1001, true, "", error, ErrorCode::reset, "(close code 1001)"},
      {"Close 4321 of another make", false, 4321, false, "", error, ErrorCode::reset, "(close code 4321)"},
      {"Close 1008", true, 1008, false, "", error, ErrorCode::revoked, "because"},
      {"FIN",
       true,
       {},
       true,
       "",
       error,
       ErrorCode::reset,
       "the client closed the connection without ending the tunnel first"},
      {"FIN of another make", false, {}, true, "", end, {}, ""},
      {"FIN in a head", true, {}, true, "\x82", error, ErrorCode::reset, "in the middle of a frame"},
      {"FIN in a head of another make",
       false,
       {},
       true,
       "\x82",
       error,
       ErrorCode::reset,
       "the client closed the connection in the middle of a frame"},
      {"FIN in a payload of another make",
       false,
       {},
       true,
       frame_head(Role::client, 0x82, 9),
       error,
       ErrorCode::reset,
       "in the middle of a frame"},
      {"FIN in a Ping of another make",
       false,
       {},
       true,
       frame_head(Role::client, 0x89, 9),
       error,
       ErrorCode::reset,
       "in the middle of a frame"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    WebSocketFixture fixture({.peer_half_close = row.half_close});
    fixture.peer_sends_frame(fin | binary, "words");
    if (row.close_code == 1005)
      fixture.peer_sends_frame(fin | close_frame);
    else if (row.close_code)
      fixture.peer_sends_close(*row.close_code, "because");
    fixture.peer_sends(row.mid_frame);
    if (row.fin_too) CHECK(fixture.peer.try_finish().done());
    std::string bytes;
    CHECK(fixture.read(bytes) == row.status);
    CHECK(bytes == "words");
    CHECK(fixture.read_nothing() == (row.status == end && !row.fin_too ? IoStatus::would_block : row.status));
    if (row.status != error) continue;
    CHECK(fixture.stream->failure().code == row.code);
    CHECK(fixture.stream->failure().side == Side::client);
    CHECK_THAT(fixture.stream->failure().sentence, Catch::Contains(row.sentence));
  }
}

TEST_CASE("a Close without a reason says so, and a reset stays one") {
  WebSocketFixture fixture({.role = Role::client, .peer = "gateway"});
  fixture.peer_sends_close(1001);
  CHECK(fixture.read_nothing() == IoStatus::error);
  CHECK(fixture.stream->failure().sentence ==
        "the gateway ended the tunnel: it gave no reason (close code 1001)");
  WebSocketFixture reset;
  reset.peer.reset();
  CHECK(reset.read_nothing() == IoStatus::error);
  CHECK(reset.stream->failure().code == ErrorCode::reset);
}

TEST_CASE("behind the peer's Close everything is dropped until its FIN") {
  for (bool fin_together : {true, false}) {
    CAPTURE(fin_together);
    WebSocketFixture fixture;
    fixture.peer_sends_close(1000);
    fixture.peer_sends_frame(fin | binary, "late");
    CHECK(fixture.read_nothing() == IoStatus::end);
    for (int count = 0; count < 3; ++count) {
      fixture.peer_sends_frame(fin | ping, "p");
      fixture.peer_sends("no frame at all");
      CHECK(fixture.read_nothing() == IoStatus::would_block);
      CHECK(fixture.under.unread() == 0);
    }
    if (fin_together) fixture.peer_sends("and more");
    CHECK(fixture.peer.try_finish().done());
    CHECK(fixture.read_nothing() == IoStatus::end);
    CHECK(fixture.read_nothing() == IoStatus::end);
    CHECK(fixture.under.unread() == 0);
  }
}

TEST_CASE("a broken protocol fails behind what came before it, and the abort says so to the peer") {
  for (auto own : roles) {
    CAPTURE(own);
    WebSocketFixture fixture({.role = own});
    fixture.peer_sends_frame(fin | binary, "words");
    fixture.peer_sends_frame(0x03, "");
    fixture.peer_sends_frame(fin | binary, "behind");
    std::string bytes;
    CHECK(fixture.read(bytes) == IoStatus::error);
    CHECK(bytes == "words");
    const auto failure = fixture.stream->failure();
    CHECK(failure.code == ErrorCode::protocol);
    CHECK(failure.side == Side::client);
    CHECK_THAT(failure.sentence, Catch::StartsWith("the client broke the WebSocket protocol: a frame has"));

    fixture.stream->abort(failure);
    const auto got = fixture.peer_gets();
    CHECK(got.close_code == CloseCode::protocol_error);
    CHECK(got.close_reason == failure.sentence.substr(0, 123));
    CHECK(fixture.peer.is_broken());
  }
}

TEST_CASE("after a failure every operation fails with it, and nobody sleeps") {
  WebSocketFixture fixture;
  fixture.stream->abort(some_error);
  fixture.stream->abort({ErrorCode::io, Side::client, "another error"});
  std::vector<std::byte> memory(100);
  CHECK(fixture.stream->try_read(memory).error());
  CHECK(fixture.stream->try_write(memory).error());
  CHECK(fixture.stream->try_flush().error());
  CHECK(fixture.stream->try_finish().error());
  CHECK(fixture.stream->begin_raw(100).error());
  CHECK(fixture.stream->raw_source().limit == 0);
  CHECK(fixture.stream->raw_sink() == -1);
  CHECK(fixture.stream->is_broken());
  for (auto arm : {&Stream::arm_readable, &Stream::arm_writable, &Stream::arm_broken}) {
    Waiter waiter;
    (*fixture.stream.*arm)(waiter);
    CHECK(waiter.woken());
  }
  fixture.let_time_pass(10min);
  CHECK(fixture.stream->failure().sentence == some_error.sentence);
  const auto got = fixture.peer_gets();
  CHECK(got.close_reason == some_error.sentence);
  CHECK(got.between_frames);
}

TEST_CASE("an abort sends Close with its sentence between frames, and only a reset elsewhere") {
  const Error revoked{ErrorCode::revoked, Side::gateway, "the API key is disabled"};
  const Error protocol_of_target{ErrorCode::protocol, Side::target, "the target speaks no TLS"};
  struct Row {
    const char* name;
    Error why;
    std::function<void(WebSocketFixture&)> before;
    std::optional<int> code;
  };
  const std::vector<std::byte> much(3000);
  const Row rows[] = {
      {"nothing written", some_error, [](WebSocketFixture&) {}, 1011},
      {"revoked", revoked, [](WebSocketFixture&) {}, 1008},
      {"somebody else broke the protocol", protocol_of_target, [](WebSocketFixture&) {}, 1011},
      {"behind a frame", some_error,
       [&](WebSocketFixture& fixture) { fixture.stream->try_write(Bytes(much).first(9)); }, 1011},
      {"in a payload", some_error, [&](WebSocketFixture& fixture) { fixture.stream->try_write(much); }, {}},
      {"in a head",
       some_error,
       [&](WebSocketFixture& fixture) {
         fixture.under.set_step(1);
         fixture.stream->try_write(much);
         fixture.under.set_step(1000);
       },
       {}},
      {"without room",
       some_error,
       [&](WebSocketFixture& fixture) {
         fixture.peer.set_capacity(0);
         fixture.stream->try_write(much);
         fixture.peer.set_capacity(1000);
       },
       {}},
      {"behind our Close", some_error, [](WebSocketFixture& fixture) { fixture.stream->try_finish(); }, 1000},
      {"in a Pong",
       some_error,
       [](WebSocketFixture& fixture) {
         fixture.peer_sends_frame(fin | ping, "payload");
         fixture.read_nothing();
         fixture.peer.set_capacity(3);
         fixture.arm_readable();
         fixture.peer.set_capacity(1000);
       },
       {}},
  };
  for (auto own : roles) {
    for (const auto& row : rows) {
      CAPTURE(row.name, own);
      WebSocketFixture fixture({.role = own}, 1000);
      row.before(fixture);
      fixture.stream->abort(row.why);
      const auto wire = fixture.peer_gets_wire();
      const auto got = decode_at_once(fixture.peer_role(), wire);
      CHECK(got.violation.empty());
      CHECK(got.close_code == (row.code ? std::optional(static_cast<CloseCode>(*row.code)) : std::nullopt));
      if (got.close_code && row.code != 1000) CHECK(got.close_reason == row.why.sentence);
      if (got.close_code)
        CHECK(frames_in(wire).back().payload ==
              close_payload(static_cast<std::uint16_t>(*row.code), got.close_reason));
      CHECK(fixture.peer.is_broken());
      CHECK(fixture.stream->failure().sentence == row.why.sentence);
    }
  }
}
