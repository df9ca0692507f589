// Control frames, time, and peers who mean harm.
#include <catch2/catch.hpp>

#include "tests/support/run_task.h"
#include "tests/support/websocket_fixture.h"

using namespace otoroshi;
using namespace otoroshi::test;
using namespace std::chrono_literals;
using tunnel::CloseCode;
using tunnel::Role;
using Story = std::vector<std::string>;

namespace {

constexpr Role roles[] = {Role::client, Role::server};
const std::vector<std::byte> much(200'000);

// What the peer gets, frame by frame; those of data that follow each other are one.
Story story(WebSocketFixture& fixture) {
  Story lines;
  for (const auto& frame : frames_in(fixture.peer_gets_wire())) {
    if (frame.first == (fin | ping))
      lines.push_back("Ping" + frame.payload);
    else if (frame.first == (fin | pong))
      lines.push_back("Pong " + frame.payload);
    else if (frame.first == (fin | close_frame))
      lines.push_back("Close");
    else if (lines.empty() || lines.back() != "data")
      lines.push_back("data");
  }
  return lines;
}

// Reads what there is, then sleeps, as a pump does.
void read_and_sleep(WebSocketFixture& fixture) {
  std::string bytes;
  do {
    fixture.read(bytes);
  } while (fixture.arm_readable() && !fixture.stream->is_broken());
}

bool is_dead(WebSocketFixture& fixture) {
  return fixture.stream->is_broken() && fixture.stream->failure().code == ErrorCode::timed_out;
}

}  // namespace

TEST_CASE("a Ping is answered before the reader sleeps, and before the next frame") {
  for (auto own : roles) {
    CAPTURE(own);
    WebSocketFixture fixture({.role = own});
    fixture.peer_sends_frame(fin | ping, "one");
    fixture.read_nothing();
    CHECK_FALSE(fixture.arm_readable());
    CHECK(story(fixture) == Story{"Pong one"});

    fixture.peer_sends_frame(fin | ping, "two");
    fixture.peer_sends_frame(fin | ping, "three");
    fixture.read_nothing();
    CHECK(fixture.stream->try_write(Bytes(much).first(9)).done());
    CHECK(fixture.stream->try_write(Bytes(much).first(9)).done());
    CHECK(story(fixture) == Story{"Pong three", "data"});

    fixture.peer_sends_frame(fin | ping, "");
    fixture.read_nothing();
    CHECK(fixture.stream->try_flush().done());
    CHECK(story(fixture) == Story{"Pong "});
    CHECK(fixture.stream->try_flush().done());
    CHECK(story(fixture).empty());
  }
}

TEST_CASE("a Pong for which there was no room leaves while the reader sleeps") {
  WebSocketFixture fixture;
  fixture.peer.set_capacity(0);
  Outcome<void> reading;
  Received received;
  start_task(receive_all(*fixture.stream, received), reading);
  fixture.peer_sends_frame(fin | ping, "one");
  handlers_until_idle(fixture.worker, 50, 1ms);
  CHECK(fixture.under.unread() == 0);
  fixture.peer.set_capacity(1000);
  CHECK(run_until(fixture.worker, [&] { return fixture.peer.unread() > 0; }));
  CHECK(story(fixture) == Story{"Pong one"});
  fixture.peer_sends_close(1000);
  REQUIRE(run_until(fixture.worker, [&] { return reading.ended(); }));
  CHECK_FALSE(received.error);
}

TEST_CASE("a Ping that comes while a frame is on its way is answered behind it") {
  for (auto own : roles) {
    CAPTURE(own);
    WebSocketFixture fixture({.role = own}, 1000);
    auto put = fixture.stream->try_write(much);
    REQUIRE(put.done());
    fixture.peer_sends_frame(fin | ping, "one");
    fixture.read_nothing();
    std::string wire = fixture.peer_gets_wire();
    CHECK_FALSE(fixture.arm_readable());
    fixture.let_time_pass(26s);
    CHECK(fixture.peer.unread() == 0);
    for (auto done = put.bytes; done < much.size(); wire += fixture.peer_gets_wire()) {
      put = fixture.stream->try_write(Bytes(much).subspan(done));
      REQUIRE(put.done());
      done += put.bytes;
    }
    CHECK(fixture.stream->try_flush().done());
    const auto frames = frames_in(wire + fixture.peer_gets_wire());
    REQUIRE(frames.size() == 3);
    CHECK(frames[0].payload.size() == much.size());
    CHECK(frames[1].payload == "one");
    CHECK(frames[2].first == (fin | ping));
  }
}

TEST_CASE("a Ping leaves once in every interval, also behind our Close if the peer still reads") {
  WebSocketFixture fixture({.ping_interval = 10s});
  fixture.let_time_pass(9s);
  CHECK(story(fixture).empty());
  fixture.let_time_pass(21s);
  CHECK(story(fixture) == Story{"Ping", "Ping", "Ping"});
  CHECK(fixture.stream->try_finish().done());
  fixture.let_time_pass(10s);
  CHECK(story(fixture) == Story{"Close", "Ping"});

  WebSocketFixture of_another_make({.peer_half_close = false, .ping_interval = 10s, .hold_close = 0s});
  of_another_make.let_time_pass(10s);
  CHECK(story(of_another_make) == Story{"Ping"});
  run_task(of_another_make.worker, finish(*of_another_make.stream)).value();
  of_another_make.let_time_pass(60s);
  CHECK(story(of_another_make) == Story{"Close"});

  WebSocketFixture without({.ping_interval = 0s});
  CHECK_FALSE(without.arm_readable());
  without.let_time_pass(10min);
  CHECK(story(without).empty());
  CHECK_FALSE(without.stream->is_broken());
  without.peer_sends_frame(fin | ping, "one");
  without.read_nothing();
  without.let_time_pass(1s);
  CHECK(story(without) == Story{"Pong one"});
}

TEST_CASE("a peer is dead after two intervals without a byte, while one is waited for") {
  struct Row {
    const char* name;
    std::function<void(WebSocketFixture&)> before;
    std::function<void(WebSocketFixture&)> each_second;
    bool dead;
  };
  auto nothing = [](WebSocketFixture&) {};
  auto sleep = [](WebSocketFixture& fixture) { fixture.arm_readable(); };
  auto fill = [](WebSocketFixture& fixture) {
    fixture.peer.set_capacity(1000);
    fixture.stream->try_write(much);
    fixture.arm_readable();
  };
  const Row rows[] = {
      {"nobody reads", nothing, nothing, false},
      {"a reader sleeps", sleep, nothing, true},
      {"a reader looked once more and then stopped",
       [](WebSocketFixture& fixture) {
         fixture.arm_readable();
         fixture.read_nothing();
       },
       nothing, false},
      {"Pongs come", sleep,
       [](WebSocketFixture& fixture) {
         if (fixture.now.time_since_epoch() / 1s % 15 != 0) return;
         fixture.peer_sends_frame(fin | pong);
         read_and_sleep(fixture);
       },
       false},
      {"a frame comes byte by byte",
       [](WebSocketFixture& fixture) { fixture.peer_sends(frame_head(Role::client, fin | binary, 9000)); },
       [](WebSocketFixture& fixture) {
         fixture.peer_sends("x");
         read_and_sleep(fixture);
       },
       false},
      {"our bytes are stuck", fill, nothing, false},
      {"our bytes were stuck", fill,
       [](WebSocketFixture& fixture) {
         fixture.peer_gets_wire();
         fixture.stream->try_write(Bytes(much).first(1));
       },
       true},
      {"our bytes wait to be flushed",
       [](WebSocketFixture& fixture) {
         fixture.under.hold_flush(true);
         fixture.stream->try_write(Bytes(much).first(9));
         CHECK(fixture.stream->try_flush().would_block());
         fixture.arm_readable();
       },
       nothing, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    WebSocketFixture fixture({.ping_interval = 10s});
    row.before(fixture);
    fixture.let_time_pass(19s, [&] { row.each_second(fixture); });
    CHECK_FALSE(fixture.stream->is_broken());
    fixture.let_time_pass(100s, [&] {
      if (!fixture.stream->is_broken()) row.each_second(fixture);
    });
    CHECK(is_dead(fixture) == row.dead);
    if (!row.dead) continue;
    CHECK(fixture.stream->failure().side == Side::client);
    CHECK(fixture.stream->failure().sentence ==
          "the client is silent: no byte came for 20s, not even an answer to a Ping");
  }
}

TEST_CASE("intervals that are shorter than the time between two ticks kill nobody who answers") {
  for (auto interval : {300ms, 500ms, 999ms, 1000ms}) {
    CAPTURE(interval.count());
    WebSocketFixture fixture({.ping_interval = interval});
    CHECK_FALSE(fixture.arm_readable());
    fixture.let_time_pass(60s, [&] {
      for (const auto& line : story(fixture))
        if (line == "Ping") fixture.peer_sends_frame(fin | pong);
      read_and_sleep(fixture);
    });
    CHECK_FALSE(fixture.stream->is_broken());
    fixture.let_time_pass(3s);
    CHECK(is_dead(fixture));
  }
}

TEST_CASE("a process that was stopped for long holds it against nobody") {
  WebSocketFixture fixture({.ping_interval = 10s});
  CHECK_FALSE(fixture.arm_readable());
  for (int count = 0; count < 9; ++count) {
    fixture.now += 1h;
    fixture.stream->tick(fixture.now);
  }
  CHECK_FALSE(fixture.stream->is_broken());
  fixture.now += 1h;
  fixture.stream->tick(fixture.now);
  CHECK(is_dead(fixture));
}

TEST_CASE("for a peer without a half-close our Close is kept back until it has ended, or long enough") {
  enum class Release { close, fin, time };
  for (auto release : {Release::close, Release::fin, Release::time}) {
    CAPTURE(static_cast<int>(release));
    WebSocketFixture fixture(
        {.role = Role::client, .peer_half_close = false, .hold_close = release == Release::time ? 1s : 1h});
    Outcome<Result<void>> finished;
    start_task(send_and_finish(*fixture.stream, bytes_of("question")), finished);
    CHECK(handlers_until_idle(fixture.worker, 50, 1ms) < 50);
    CHECK(story(fixture) == Story{"data"});
    CHECK_FALSE(finished.ended());

    fixture.peer_sends_frame(fin | binary, "answer");
    std::string bytes;
    CHECK(fixture.read(bytes) == IoStatus::would_block);
    CHECK(bytes == "answer");
    if (release == Release::close) fixture.peer_sends_close(1000);
    if (release == Release::fin) CHECK(fixture.peer.try_finish().done());
    CHECK(fixture.read_nothing() == (release == Release::time ? IoStatus::would_block : IoStatus::end));
    REQUIRE(run_until(fixture.worker, [&] { return finished.ended(); }));
    CHECK(finished.value->has_value());
    CHECK(story(fixture) == Story{"Close"});
    CHECK(fixture.peer.was_ended() == (release != Release::time));
  }
}

TEST_CASE("who waits for the peer's end waits no longer once it has reset, or we have") {
  for (bool peer_resets : {true, false}) {
    CAPTURE(peer_resets);
    WebSocketFixture fixture({.peer_half_close = false, .hold_close = 1h});
    Outcome<Result<void>> finished;
    start_task(finish(*fixture.stream), finished);
    handlers_until_idle(fixture.worker, 50, 1ms);
    CHECK_FALSE(finished.ended());
    if (peer_resets)
      fixture.peer.reset();
    else
      fixture.stream->abort({ErrorCode::shut_down, Side::gateway, "over"});
    REQUIRE(run_until(fixture.worker, [&] { return finished.ended(); }));
    // What the peer sent before its reset is still to be read; then the read says that it has reset.
    CHECK(finished.value->has_value() == peer_resets);
    CHECK(fixture.read_nothing() == IoStatus::error);
  }
}

TEST_CASE("a peer that sends Pings without end and never reads is owed one Pong") {
  for (auto own : roles) {
    CAPTURE(own);
    WebSocketFixture fixture({.role = own}, 64 * 1024);
    fixture.peer.set_capacity(100);
    std::string last;
    for (int round = 0; round < 3000; ++round) {
      last = std::to_string(round).append(100, 'p');
      fixture.peer_sends_frame(fin | ping, last);
      fixture.read_nothing();
      CHECK_FALSE(fixture.arm_readable());
    }
    fixture.peer.set_capacity(64 * 1024);
    std::string wire = fixture.peer_gets_wire();
    CHECK(fixture.stream->try_flush().done());
    const auto frames = frames_in(wire + fixture.peer_gets_wire());
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].payload == std::string("0").append(100, 'p'));
    CHECK(frames[1].payload == last);
  }
}

TEST_CASE("bytes that mean nothing cost a bounded number of reads each time, and are not held") {
  const std::string empty_frame = frame(Role::client, fin | binary, "");
  std::string empty_frames;
  for (int count = 0; count < 1000; ++count) empty_frames += empty_frame;
  const std::pair<const char*, std::string> rows[] = {
      {"empty frames", empty_frames},
      {"a text message of 2^62 bytes",
       frame_head(Role::client, fin | text, std::uint64_t{1} << 62) + std::string(6000, 't')},
      {"behind Close", frame(Role::client, fin | close_frame, "") + std::string(6000, 'x')},
  };
  for (const auto& [name, wire] : rows) {
    CAPTURE(name);
    WebSocketFixture fixture;
    fixture.peer_sends(wire);
    std::vector<std::byte> into(64);
    while (fixture.under.unread() > 0) {
      const auto before = fixture.under.operations();
      auto got = fixture.stream->try_read(into);
      CHECK((got.would_block() || got.end()));
      CHECK(fixture.under.operations() - before <= 4);
    }
    CHECK_FALSE(fixture.stream->is_broken());
  }
}
