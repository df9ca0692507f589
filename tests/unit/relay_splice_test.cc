#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "common/net/prefixed_stream.h"
#include "common/net/relay.h"
#include "common/net/tcp_stream.h"
#include "tests/support/conversation.h"
#include "tests/support/run_task.h"
#include "tests/support/tcp_pair.h"

using namespace otoroshi;
using namespace otoroshi::test;

namespace {

constexpr std::size_t bulk = 64 * 1024 * 1024;

std::size_t open_descriptors() {
  std::size_t count = 0;
  auto* directory = ::opendir("/proc/self/fd");
  REQUIRE(directory);
  while (::readdir(directory)) ++count;
  ::closedir(directory);
  return count;
}

std::size_t open_pipes() {
  std::size_t count = 0;
  for (int fd = 0; fd < 1024; ++fd) count += ::fcntl(fd, F_GETPIPE_SZ) > 0;
  return count;
}

// A relay between two TCP connections; client and target, at the far ends, are TcpStreams too.
struct Fixture {
  explicit Fixture(bool splice, int buffer_bytes = 0) {
    auto client_pair = connect_tcp_pair("127.0.0.1", buffer_bytes);
    auto target_pair = connect_tcp_pair("::1", buffer_bytes);
    near_client = std::make_unique<TcpStream>(worker, std::move(client_pair.near), Side::client);
    near_target = std::make_unique<TcpStream>(worker, std::move(target_pair.near), Side::target);
    client = std::make_unique<TcpStream>(worker, std::move(client_pair.far), Side::client);
    target = std::make_unique<TcpStream>(worker, std::move(target_pair.far), Side::target);
    start_task(relay(worker, *near_client, *near_target, progress, {.splice = splice}), outcome);
  }
  ~Fixture() {
    const Error over{ErrorCode::shut_down, Side::gateway, "the test is over"};
    for (auto* stream : {near_client.get(), near_target.get(), client.get(), target.get()})
      stream->abort(over);
    run_until(worker, [&] { return outcome.ended(); });
  }

  Worker worker;
  std::unique_ptr<TcpStream> near_client;
  std::unique_ptr<TcpStream> near_target;
  std::unique_ptr<TcpStream> client;
  std::unique_ptr<TcpStream> target;
  RelayProgress progress;
  Outcome<std::optional<Error>> outcome;
};

// Reads like receive_all(), but lets the sender wait now and then.
Task<> receive_slowly(Worker& worker, Stream& stream, Received& received) {
  std::vector<std::byte> buffer(48 * 1024);
  for (unsigned round = 1;; ++round) {
    if (round % 64 == 0) {
      Timer pause(worker.timers());
      pause.start(std::chrono::milliseconds(2));
      while (!pause.expired()) co_await sleep_until([&](Waiter& waiter) { pause.arm(waiter); });
    }
    MutableBytes into(buffer);
    auto got = co_await read_some(stream, into);
    if (!got) {
      received.error = got.error();
      co_return;
    }
    if (*got == 0) co_return;
    received.bytes.insert(received.bytes.end(), buffer.begin(), buffer.begin() + static_cast<long>(*got));
  }
}

const std::vector<std::byte>& bulk_bytes() {
  static const auto bytes = random_bytes(bulk);
  return bytes;
}

}  // namespace

TEST_CASE("64 MiB in each direction at once arrive as they were sent, with a slow reader on one side") {
  for (bool splice : {false, true}) {
    CAPTURE(splice);
    const auto descriptors = open_descriptors();
    const auto pipes = open_pipes();
    {
      Fixture fixture(splice);
      // The two directions carry different bytes.
      const auto upload = Bytes(bulk_bytes());
      const auto download = upload.subspan(12'345);
      Outcome<Result<void>> sent_up, sent_down;
      Outcome<void> received_up, received_down;
      Received at_target, at_client;
      start_task(send_and_finish(*fixture.client, upload), sent_up);
      start_task(send_and_finish(*fixture.target, download), sent_down);
      start_task(receive_slowly(fixture.worker, *fixture.target, at_target), received_up);
      start_task(receive_all(*fixture.client, at_client), received_down);
      REQUIRE(run_until(fixture.worker, [&] {
        return fixture.outcome.ended() && received_up.ended() && received_down.ended();
      }));
      CHECK_FALSE(fixture.outcome.value.value());
      CHECK_FALSE(at_target.error);
      CHECK_FALSE(at_client.error);
      CHECK(std::ranges::equal(at_target.bytes, upload));
      CHECK(std::ranges::equal(at_client.bytes, download));
      CHECK(fixture.progress.bytes_from_client == upload.size());
      CHECK(fixture.progress.bytes_from_target == download.size());
      CHECK((open_pipes() > pipes) == splice);  // they lie in the pool
    }
    CHECK(open_descriptors() == descriptors);
  }
}

TEST_CASE("a direction that ends in the middle of bulk leaves the other one flowing") {
  for (bool splice : {false, true}) {
    CAPTURE(splice);
    Fixture fixture(splice);
    const auto upload = Bytes(bulk_bytes()).first(8 * 1024 * 1024);
    Outcome<void> received_up, received_down;
    Outcome<Result<void>> sent_up;
    Received at_target, at_client;
    start_task(receive_all(*fixture.target, at_target), received_up);
    start_task(receive_all(*fixture.client, at_client), received_down);
    start_task(send_and_finish(*fixture.client, upload), sent_up);
    REQUIRE(run_until(fixture.worker, [&] { return received_up.ended(); }));
    CHECK(std::ranges::equal(at_target.bytes, upload));
    CHECK_FALSE(received_down.ended());
    const auto answer = Bytes(bulk_bytes()).last(8 * 1024 * 1024);
    run_task(fixture.worker, send_and_finish(*fixture.target, answer)).value();
    REQUIRE(run_until(fixture.worker, [&] { return fixture.outcome.ended() && received_down.ended(); }));
    CHECK(std::ranges::equal(at_client.bytes, answer));
    CHECK_FALSE(at_client.error);
    CHECK_FALSE(fixture.outcome.value.value());
  }
}

TEST_CASE("a reset in the middle of bulk becomes a reset on the other side, never an end") {
  for (bool splice : {false, true}) {
    for (bool client_resets : {false, true}) {
      CAPTURE(splice, client_resets);
      Fixture fixture(splice);
      auto& resetting = client_resets ? *fixture.client : *fixture.target;
      auto& reading = client_resets ? *fixture.target : *fixture.client;
      Outcome<Result<void>> sent;
      Outcome<void> ended;
      Received received;
      start_task(send_and_finish(resetting, bulk_bytes()), sent);
      start_task(receive_all(reading, received), ended);
      REQUIRE(run_until(fixture.worker, [&] { return received.bytes.size() > bulk / 4; }));
      resetting.abort({ErrorCode::reset, Side::gateway, "on purpose"});
      REQUIRE(run_until(fixture.worker, [&] { return ended.ended() && fixture.outcome.ended(); }));
      CHECK(received.error);
      CHECK(std::ranges::equal(received.bytes, Bytes(bulk_bytes()).first(received.bytes.size())));
      auto failure = fixture.outcome.value.value();
      REQUIRE(failure);
      CHECK(failure->code == ErrorCode::reset);
      CHECK(failure->side == (client_resets ? Side::client : Side::target));
    }
  }
}

TEST_CASE("a reader that stops keeps nobody busy, whatever the other direction has come to") {
  for (bool splice : {false, true}) {
    for (bool other_direction_ended : {false, true}) {
      CAPTURE(splice, other_direction_ended);
      Fixture fixture(splice);
      if (other_direction_ended) REQUIRE(fixture.target->try_finish().done());
      const auto upload = Bytes(bulk_bytes());
      Outcome<Result<void>> sent;
      start_task(send_and_finish(*fixture.client, upload), sent);
      auto quiet = [&] { return handlers_until_idle(fixture.worker) < 20; };
      REQUIRE(run_until(fixture.worker, quiet));
      REQUIRE(fixture.progress.bytes_from_client > 0);
      Received received;
      run_task(fixture.worker, receive_all(*fixture.target, received));
      CHECK(std::ranges::equal(received.bytes, upload));
      CHECK_FALSE(received.error);
    }
  }
}

TEST_CASE("the last of an upload that waits for its reader keeps nobody busy after its client has ended") {
  for (bool splice : {false, true}) {
    CAPTURE(splice);
    Fixture fixture(splice, 64 * 1024);
    REQUIRE(fixture.target->try_finish().done());
    handlers_until_idle(fixture.worker);
    // So little that all of it, and the end, leaves the client.
    const auto upload = Bytes(bulk_bytes()).first(300'000);
    Outcome<Result<void>> sent;
    start_task(send_and_finish(*fixture.client, upload), sent);
    // A pump that spins is never quiet.
    auto quiet = [&] { return handlers_until_idle(fixture.worker) < 20; };
    REQUIRE(run_until(fixture.worker, quiet));
    Received received;
    run_task(fixture.worker, receive_all(*fixture.target, received));
    CHECK(std::ranges::equal(received.bytes, upload));
  }
}

TEST_CASE("an urgent byte in the middle of bulk does not stop the flow") {
  for (bool splice : {false, true}) {
    CAPTURE(splice);
    Fixture fixture(splice);
    const auto part = Bytes(bulk_bytes()).first(4 * 1024 * 1024);
    Outcome<void> received_all;
    Received received;
    start_task(receive_all(*fixture.target, received), received_all);
    run_task(fixture.worker, write_all(*fixture.client, part)).value();
    // The last of the part may fill the socket's buffer: the urgent byte goes as soon as it fits.
    bool sent = false;
    auto urgent_sent = [&] {
      if (!sent) sent = ::send(fixture.client->raw_sink(), "!", 1, MSG_OOB | MSG_DONTWAIT) == 1;
      return sent;
    };
    REQUIRE(run_until(fixture.worker, urgent_sent));
    const auto rest = Bytes(bulk_bytes()).subspan(part.size(), part.size());
    run_task(fixture.worker, send_and_finish(*fixture.client, rest)).value();
    REQUIRE(run_until(fixture.worker, [&] { return received_all.ended(); }));
    const Bytes all(received.bytes);
    REQUIRE(all.size() == 2 * part.size() + 1);
    CHECK(std::ranges::equal(all.first(part.size()), part));
    CHECK(all[part.size()] == std::byte{'!'});
    CHECK(std::ranges::equal(all.subspan(part.size() + 1), rest));
  }
}

TEST_CASE("a prefix goes first, then the rest is spliced") {
  Fixture fixture(false);
  auto source_pair = connect_tcp_pair();
  auto sink_pair = connect_tcp_pair();
  auto& worker = fixture.worker;
  TcpStream client(worker, std::move(source_pair.far), Side::client);
  TcpStream target(worker, std::move(sink_pair.far), Side::target);
  auto peeked = random_bytes(3000, 9);
  auto near_client =
      with_prefix(std::make_unique<TcpStream>(worker, std::move(source_pair.near), Side::client), peeked);
  TcpStream near_target(worker, std::move(sink_pair.near), Side::target);

  RelayProgress progress;
  Outcome<std::optional<Error>> outcome;
  Outcome<Result<void>> sent;
  Outcome<void> ended;
  Received received;
  start_task(relay(worker, *near_client, near_target, progress, {}), outcome);
  const auto upload = Bytes(bulk_bytes()).first(8 * 1024 * 1024);
  start_task(send_and_finish(client, upload), sent);
  start_task(receive_all(target, received), ended);
  REQUIRE(run_until(worker, [&] { return ended.ended(); }));
  REQUIRE(target.try_finish().done());
  REQUIRE(run_until(worker, [&] { return outcome.ended(); }));
  CHECK(std::ranges::equal(Bytes(received.bytes).first(3000), peeked));
  CHECK(std::ranges::equal(Bytes(received.bytes).subspan(3000), upload));
}
