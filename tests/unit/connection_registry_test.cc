#include "gateway/connection/connection_registry.h"

#include <catch2/catch.hpp>

#include "tests/support/memory_stream.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace otoroshi::test;
using namespace std::chrono_literals;

namespace {

constexpr auto no_limit = Clock::duration::zero();

// One connection that is being relayed; the test moves its bytes and the time.
struct Fixture {
  Fixture(Clock::duration idle_limit, Clock::duration half_closed_limit)
      : idle(idle_limit), half_closed(half_closed_limit) {
    record.client_stream = std::move(client.near);
    record.target_stream = std::move(target.near);
    record.relaying = Clock::now();
  }

  // Is the connection alive after a sweep at this time?
  bool survives(Clock::duration at) {
    registry.sweep(start + at, idle, half_closed);
    REQUIRE(record.client_stream->is_broken() == record.target_stream->is_broken());
    return !record.client_stream->is_broken();
  }
  const Error& failure() const { return record.client_stream->failure(); }

  const Clock::duration idle, half_closed;
  const Clock::time_point start = Clock::now();
  Worker worker;
  MemoryPair client = make_memory_pair(worker);
  MemoryPair target = make_memory_pair(worker);
  ConnectionRecord record;
  ConnectionRegistry registry;
  ConnectionRegistry::Entry listed{registry, record};
};

}  // namespace

TEST_CASE("a connection that moves no byte for the idle time is aborted, and says why") {
  for (auto moved : {&RelayProgress::bytes_from_client, &RelayProgress::bytes_from_target}) {
    Fixture fixture(10s, 3s);
    CHECK(fixture.survives(0s));
    CHECK(fixture.survives(9s));
    fixture.record.progress.*moved += 1;
    CHECK(fixture.survives(10s));
    CHECK(fixture.survives(19s));
    CHECK_FALSE(fixture.survives(20s));
    CHECK(fixture.failure().code == ErrorCode::timed_out);
    CHECK_THAT(fixture.failure().sentence, Catch::Contains("10s") && Catch::Contains("timeouts.idle"));
  }
}

TEST_CASE("a half-closed connection gets its time from the moment when one direction ended") {
  for (auto ended : {&RelayProgress::client_ended, &RelayProgress::target_ended}) {
    Fixture fixture(600s, 30s);
    CHECK(fixture.survives(0s));
    CHECK(fixture.survives(500s));  // silent for long, which is no fault
    fixture.record.progress.*ended = true;
    CHECK(fixture.survives(501s));
    CHECK(fixture.survives(530s));
    CHECK_FALSE(fixture.survives(531s));
    CHECK(fixture.failure().code == ErrorCode::timed_out);
    CHECK_THAT(fixture.failure().sentence, Catch::Contains("30s") && Catch::Contains("timeouts.halfClosed"));
  }
}

TEST_CASE("a half-closed connection that still carries an answer lives on") {
  Fixture fixture(600s, 30s);
  CHECK(fixture.survives(0s));
  fixture.record.progress.client_ended = true;
  for (auto at = 20s; at < 200s; at += 20s) {
    fixture.record.progress.bytes_from_target += 1;
    CHECK(fixture.survives(at));
  }
  CHECK(fixture.survives(209s));
  CHECK_FALSE(fixture.survives(210s));
}

TEST_CASE("zero is no limit, for each of the two by itself") {
  struct Row {
    Clock::duration idle, half_closed;
    bool ended;
    bool survives;
  };
  const Row rows[] = {{no_limit, no_limit, false, true}, {no_limit, no_limit, true, true},
                      {no_limit, 1s, false, true},       {no_limit, 1s, true, false},
                      {1s, no_limit, false, false},      {1s, no_limit, true, true}};
  for (const auto& row : rows) {
    CAPTURE(row.idle.count(), row.half_closed.count(), row.ended);
    Fixture fixture(row.idle, row.half_closed);
    fixture.record.progress.client_ended = row.ended;
    CHECK(fixture.survives(0s));
    CHECK(fixture.survives(100'000s) == row.survives);
  }
}

TEST_CASE("who is not relayed yet is left to the deadlines of its phase") {
  Fixture fixture(1s, 1s);
  fixture.record.relaying = {};
  for (auto at : {0s, 100s, 200s}) CHECK(fixture.survives(at));
}

TEST_CASE("all are aborted with one reason, also those that have no target yet") {
  Worker worker;
  auto pair = make_memory_pair(worker);
  ConnectionRecord with_client, with_nothing;
  with_client.client_stream = std::move(pair.near);
  ConnectionRegistry registry;
  ConnectionRegistry::Entry first(registry, with_client);
  {
    ConnectionRegistry::Entry second(registry, with_nothing);
    CHECK(registry.size() == 2);
    registry.abort_all({ErrorCode::shut_down, Side::gateway, "the gateway stops"});
  }
  CHECK(registry.size() == 1);
  REQUIRE(with_client.client_stream->is_broken());
  CHECK(with_client.client_stream->failure().sentence == "the gateway stops");
}
