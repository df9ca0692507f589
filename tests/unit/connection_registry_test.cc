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

namespace {

// A connection of a service, in any phase.
struct Served {
  Served(Worker& worker, ConnectionRegistry& registry, TcpServicePtr service, Clock::time_point accepted)
      : listed(registry, record) {
    auto pair = make_memory_pair(worker);
    record.client_stream = std::move(pair.near);
    far = std::move(pair.far);
    record.service = std::move(service);
    record.accepted = accepted;
  }
  bool lives() const { return !record.client_stream->is_broken(); }

  ConnectionRecord record;
  decltype(MemoryPair::far) far;
  ConnectionRegistry::Entry listed;
};

TcpServicePtr service_with_id(std::string id) {
  auto service = std::make_shared<TcpService>();
  service->id = std::move(id);
  return service;
}

}  // namespace

TEST_CASE("a drain closes, once it is due, the service's connections that had begun before it") {
  Worker worker;
  ConnectionRegistry registry;
  const auto now = Clock::now();
  const auto gone = service_with_id("gone");
  Served before(worker, registry, gone, now - 1s);
  Served after(worker, registry, service_with_id("gone"), now + 1s);
  Served other(worker, registry, service_with_id("other"), now - 1s);
  Served slow(worker, registry, nullptr, now - 1s);  // its first bytes are not there when the time has come
  Served too_slow(worker, registry, nullptr, now - 1s);
  auto sweep = [&](Clock::duration at) { registry.sweep(now + at, no_limit, no_limit); };

  registry.drain(
      {"gone", now, now + 30s, now + 40s, {ErrorCode::shut_down, Side::gateway, "it was deleted"}});
  sweep(29s);
  CHECK(before.lives());
  sweep(30s);
  CHECK_FALSE(before.lives());
  CHECK(before.record.client_stream->failure().code == ErrorCode::shut_down);
  CHECK(before.record.client_stream->failure().sentence == "it was deleted");
  slow.record.service = gone;
  sweep(40s);
  CHECK_FALSE(slow.lives());
  too_slow.record.service = gone;
  sweep(41s);
  for (const auto* survivor : {&after, &other, &too_slow}) CHECK(survivor->lives());
}

TEST_CASE("too many drains bring those forward that are due first") {
  Worker worker;
  ConnectionRegistry registry;
  const auto now = Clock::now();
  auto drain = [&](const std::string& id, Clock::duration after) {
    registry.drain({id, now, now + after, now + after, {ErrorCode::shut_down, Side::gateway, "gone"}});
  };
  Served first(worker, registry, service_with_id("first"), now - 1s);
  Served last(worker, registry, service_with_id("last"), now - 1s);
  drain("last", 4h);
  drain("first", 1h);
  for (std::size_t count = 2; count < ConnectionRegistry::drains_at_most; ++count) drain("nobody", 2h);
  CHECK(first.lives());
  drain("nobody", 3h);
  CHECK_FALSE(first.lives());
  CHECK(last.lives());
  registry.sweep(now + 4h, no_limit, no_limit);
  CHECK_FALSE(last.lives());
}
