#include "common/net/relay.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "tests/support/conversation.h"
#include "tests/support/memory_stream.h"
#include "tests/support/run_task.h"

using namespace otoroshi;
using namespace otoroshi::test;
using namespace std::chrono_literals;

namespace {

const Error killed{ErrorCode::shut_down, Side::gateway, "killed"};

// A relay between two connections in memory; the test plays the client and the target at their far ends.
struct Fixture {
  explicit Fixture(std::size_t capacity = 64 * 1024)
      : client_pair(make_memory_pair(worker, capacity)), target_pair(make_memory_pair(worker, capacity)) {
    start_task(relay(worker, *client_pair.near, *target_pair.near, progress, {}), outcome);
  }
  ~Fixture() {
    // Nothing may sleep in the relay when its streams go.
    client_pair.near->abort(killed);
    target_pair.near->abort(killed);
    run_until(worker, [&] { return outcome.ended(); });
  }

  bool ends() {
    return run_until(worker, [&] { return outcome.ended(); });
  }
  // Puts bytes into a connection until it takes no more and nothing moves; how many.
  std::size_t stuff(MemoryStream& far) {
    std::size_t sent = 0;
    const std::vector<std::byte> bytes(16 * 1024);
    do {
      for (;;) {
        auto put = far.try_write(bytes);
        if (!put.done()) break;
        sent += put.bytes;
      }
      handlers_until_idle(worker);
    } while (far.try_write(Bytes(bytes).first(1)).done() && ++sent);
    return sent;
  }
  // The relay's streams have been asked so often to do something since the last call.
  std::size_t operations() {
    auto all = client_pair.near->operations() + target_pair.near->operations();
    return all - std::exchange(operations_before, all);
  }
  std::optional<Error> failure() { return outcome.value.value_or(std::nullopt); }

  MemoryStream& client() { return *client_pair.far; }
  MemoryStream& target() { return *target_pair.far; }

  Worker worker;
  MemoryPair client_pair;
  MemoryPair target_pair;
  RelayProgress progress;
  Outcome<std::optional<Error>> outcome;
  std::size_t operations_before = 0;
};

void say(Stream& stream, std::string_view text) {
  REQUIRE(stream.try_write(std::as_bytes(std::span(text))).bytes == text.size());
}

}  // namespace

TEST_CASE("all bytes arrive in order in both directions, whatever the streams take and give at once") {
  const std::size_t sizes[] = {1, 2, 13, 1000, 16 * 1024, 65'536, 300'000};
  std::mt19937 random(3);
  for (auto capacity : sizes) {
    for (int round = 0; round < 4; ++round) {
      Fixture fixture(capacity);
      auto pick = [&] { return sizes[random() % std::size(sizes)]; };
      for (auto* stream : {fixture.client_pair.near.get(), fixture.client_pair.far.get(),
                           fixture.target_pair.near.get(), fixture.target_pair.far.get()})
        stream->set_step(pick());
      const auto most = std::min<std::size_t>(400'000, capacity * 500);
      const auto upload = random_bytes(random() % most, random());
      const auto download = random_bytes(random() % most, random());
      CAPTURE(capacity, round, upload.size(), download.size());

      Outcome<Result<void>> sent_up, sent_down;
      Outcome<void> received_up, received_down;
      Received at_target, at_client;
      start_task(send_and_finish(fixture.client(), upload), sent_up);
      start_task(send_and_finish(fixture.target(), download), sent_down);
      start_task(receive_all(fixture.target(), at_target, pick()), received_up);
      start_task(receive_all(fixture.client(), at_client, pick()), received_down);
      REQUIRE(run_until(fixture.worker, [&] {
        return fixture.outcome.ended() && received_up.ended() && received_down.ended();
      }));
      CHECK_FALSE(fixture.failure());
      REQUIRE(at_target.bytes == upload);
      REQUIRE(at_client.bytes == download);
      CHECK_FALSE(at_target.error);
      CHECK_FALSE(at_client.error);
      CHECK(fixture.progress.bytes_from_client == upload.size());
      CHECK(fixture.progress.bytes_from_target == download.size());
      CHECK(fixture.progress.client_ended);
      CHECK(fixture.progress.target_ended);
    }
  }
}

TEST_CASE("the end of one direction is passed on, and the answer still arrives") {
  for (bool client_ends_first : {true, false}) {
    CAPTURE(client_ends_first);
    Fixture fixture;
    auto& asking = client_ends_first ? fixture.client() : fixture.target();
    auto& answering = client_ends_first ? fixture.target() : fixture.client();
    say(asking, "question");
    REQUIRE(asking.try_finish().done());
    Received question;
    run_task(fixture.worker, receive_all(answering, question));
    CHECK(text_of(question.bytes) == "question");
    CHECK_FALSE(question.error);
    CHECK(fixture.progress.client_ended == client_ends_first);
    CHECK(fixture.progress.target_ended == !client_ends_first);
    CHECK_FALSE(asking.was_ended());

    for (std::string_view part : {"a", "ns", "wer"}) {
      say(answering, part);
      CHECK(text_of(run_task(fixture.worker, receive(asking, part.size()))) == part);
    }
    REQUIRE_FALSE(fixture.outcome.ended());
    REQUIRE(answering.try_finish().done());
    REQUIRE(fixture.ends());
    CHECK_FALSE(fixture.failure());
    CHECK(asking.was_ended());
    CHECK_FALSE(asking.is_broken());
  }
}

TEST_CASE("what was read from a source before it broke is delivered, then the sink sees the abort") {
  Fixture fixture(50'000);
  fixture.target().set_capacity(1000);
  const auto words = random_bytes(50'000);
  REQUIRE(fixture.client().try_write(words).bytes == words.size());
  handlers_until_idle(fixture.worker);
  fixture.client().reset();
  handlers_until_idle(fixture.worker);
  CHECK_FALSE(fixture.outcome.ended());
  Received received;
  run_task(fixture.worker, receive_all(fixture.target(), received));
  CHECK(received.bytes == words);
  CHECK(received.error);
  REQUIRE(fixture.ends());
  REQUIRE(fixture.failure());
  CHECK(fixture.failure()->code == ErrorCode::reset);
}

TEST_CASE(
    "for a sink that takes nothing one read is held, and its source's reset ends it after a short grace") {
  Fixture fixture(512 * 1024);
  fixture.target().set_capacity(0);
  auto taken = fixture.stuff(fixture.client());
  CHECK(taken > 512 * 1024);
  CHECK(taken <= 512 * 1024 + fixture.worker.scratch().size());
  fixture.operations();
  CHECK(handlers_until_idle(fixture.worker) < 20);
  CHECK(fixture.operations() < 20);

  const auto reset_at = Clock::now();
  fixture.client().reset();
  CHECK(handlers_until_idle(fixture.worker) < 50);
  CHECK_FALSE(fixture.outcome.ended());
  REQUIRE(fixture.ends());
  CHECK(Clock::now() - reset_at >= 1900ms);
  CHECK(Clock::now() - reset_at < 10s);
  REQUIRE(fixture.failure());
  CHECK(fixture.failure()->code == ErrorCode::reset);
  CHECK(fixture.failure()->side == Side::client);
  CHECK(fixture.target().is_broken());
}

TEST_CASE("a reset is noticed while nothing flows") {
  struct Row {
    const char* name;
    bool client_ended;
    bool target_ended;
    bool reset_client;  // else the target
  };
  const Row rows[] = {
      {"client, nothing ended", false, false, true}, {"target, nothing ended", false, false, false},
      {"client after its end", true, false, true},   {"target after the client's end", true, false, false},
      {"target after its end", false, true, false},  {"client after the target's end", false, true, true}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Fixture fixture;
    handlers_until_idle(fixture.worker);  // both pumps sleep
    if (row.client_ended) REQUIRE(fixture.client().try_finish().done());
    if (row.target_ended) REQUIRE(fixture.target().try_finish().done());
    CHECK(handlers_until_idle(fixture.worker) < 20);
    REQUIRE_FALSE(fixture.outcome.ended());
    (row.reset_client ? fixture.client() : fixture.target()).reset();
    CHECK(handlers_until_idle(fixture.worker) < 50);
    REQUIRE(fixture.outcome.ended());
    REQUIRE(fixture.failure());
    CHECK(fixture.failure()->code == ErrorCode::reset);
    CHECK(fixture.client().is_broken());
    CHECK(fixture.target().is_broken());
  }
}

TEST_CASE("a reset behind the end of a direction is no end in order of the whole") {
  Fixture fixture;
  REQUIRE(fixture.client().try_finish().done());
  say(fixture.target(), "an answer that nobody reads");
  handlers_until_idle(fixture.worker);
  REQUIRE(fixture.client().unread() > 0);
  REQUIRE(fixture.target().try_finish().done());
  fixture.client().reset();
  REQUIRE(fixture.ends());
  CHECK(fixture.failure());
}

TEST_CASE("an abort from outside ends the relay with its reason, whatever the pumps wait for") {
  for (const char* state : {"idle", "client ended", "target ended", "target takes nothing"}) {
    CAPTURE(state);
    Fixture fixture;
    handlers_until_idle(fixture.worker);
    if (state == std::string_view("client ended")) REQUIRE(fixture.client().try_finish().done());
    if (state == std::string_view("target ended")) REQUIRE(fixture.target().try_finish().done());
    if (state == std::string_view("target takes nothing")) {
      fixture.target().set_capacity(0);
      fixture.stuff(fixture.client());
    }
    handlers_until_idle(fixture.worker);
    fixture.client_pair.near->abort(killed);
    fixture.target_pair.near->abort(killed);
    REQUIRE(fixture.ends());
    REQUIRE(fixture.failure());
    CHECK(fixture.failure()->sentence == "killed");
  }
}

TEST_CASE("the first failure is the one that is returned") {
  Fixture fixture;
  fixture.target_pair.near->abort(killed);
  fixture.client().reset();
  REQUIRE(fixture.ends());
  CHECK(fixture.failure()->sentence == "killed");
}

TEST_CASE("an end that cannot be passed on yet waits without work, and arrives") {
  Fixture fixture;
  fixture.target_pair.near->hold_flush(true);
  say(fixture.client(), "last words");
  REQUIRE(fixture.client().try_finish().done());
  CHECK(handlers_until_idle(fixture.worker) < 50);
  CHECK_FALSE(fixture.progress.client_ended);
  CHECK_FALSE(fixture.target().was_ended());
  fixture.target_pair.near->hold_flush(false);
  Received received;
  run_task(fixture.worker, receive_all(fixture.target(), received));
  CHECK(text_of(received.bytes) == "last words");
  CHECK_FALSE(received.error);
}

namespace {

// Always has bytes to give, or is always worth another try for nothing; breaks off at last so that a relay
// that never yields fails the test and does not hang it.
class Flood final : public Stream {
 public:
  explicit Flood(bool of_nothing = false) : of_nothing_(of_nothing) {}

  IoResult try_read(MutableBytes into) override {
    if (failure_ || ++reads_ > 100'000) return {IoStatus::error};
    return of_nothing_ ? IoResult{IoStatus::would_block} : IoResult::moved(into.size());
  }
  IoResult try_write(Bytes from) override { return IoResult::moved(from.size()); }
  IoResult try_flush() override { return {}; }
  IoResult try_finish() override { return {}; }
  void arm_readable(Waiter& waiter) override { waiter.wake(); }
  void arm_writable(Waiter& waiter) override { waiter.wake(); }
  void arm_broken(Waiter& waiter) override { waiter.sleep_on(never_); }
  bool is_broken() const override { return false; }
  void abort(const Error& why) override { failure_ = why; }
  const Error& failure() const override { return failure_ ? *failure_ : gave_up_; }
  unsigned reads() const { return reads_; }

 private:
  const bool of_nothing_;
  WaitSlot never_;
  unsigned reads_ = 0;
  std::optional<Error> failure_;
  Error gave_up_{ErrorCode::io, Side::gateway, "the test has had enough"};
};

}  // namespace

TEST_CASE("two streams that never pause let the other connections of the worker have their turn") {
  for (bool of_nothing : {false, true}) {
    CAPTURE(of_nothing);
    Worker worker;
    Flood client(of_nothing), target(of_nothing);
    RelayProgress progress;
    Outcome<std::optional<Error>> outcome;
    unsigned reads_at_first_turn = 0;
    worker.post([&] { reads_at_first_turn = client.reads() + target.reads(); });
    start_task(relay(worker, client, target, progress, {}), outcome);
    REQUIRE(run_until(worker, [&] { return reads_at_first_turn > 0; }));
    CHECK(reads_at_first_turn < 100);
    client.abort(killed);
    target.abort(killed);
    REQUIRE(run_until(worker, [&] { return outcome.ended(); }));
  }
}
