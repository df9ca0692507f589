#include "common/net/resolver.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/run_task.h"

using namespace otoroshi;
using namespace otoroshi::test;
using namespace std::chrono_literals;

TEST_CASE("an IP literal is its own answer, at once") {
  Worker worker;
  Resolver resolver;
  for (const std::string literal : {"127.0.0.1", "::1", "192.0.2.7", "2001:db8::1"}) {
    CAPTURE(literal);
    Outcome<Result<Addresses>> outcome;
    start_task(resolver.resolve(worker, literal, 0ms), outcome);
    REQUIRE(outcome.ended());
    CHECK(outcome.value->value() == Addresses{asio::ip::make_address(literal)});
  }
}

TEST_CASE("localhost resolves to loopback addresses, and the answer serves again without a query") {
  Worker worker;
  Resolver resolver;
  const std::string name = "localhost";
  auto addresses = run_task(worker, resolver.resolve(worker, name, 30s)).value();
  REQUIRE_FALSE(addresses.empty());
  CHECK(std::ranges::all_of(addresses, [](const auto& address) { return address.is_loopback(); }));

  Outcome<Result<Addresses>> again;
  start_task(resolver.resolve(worker, name, 0ms), again);
  REQUIRE(again.ended());  // a query would have to come back through the loop
  CHECK(again.value->value() == addresses);
}

TEST_CASE("several who ask for one name at a time all get the answer") {
  Worker worker;
  Resolver resolver(1);
  const std::string name = "localhost";
  std::vector<Outcome<Result<Addresses>>> outcomes(10);
  for (auto& outcome : outcomes) start_task(resolver.resolve(worker, name, 30s), outcome);
  REQUIRE(run_until(worker, [&] {
    return std::ranges::all_of(outcomes, [](const auto& outcome) { return outcome.ended(); });
  }));
  for (auto& outcome : outcomes) CHECK(outcome.value->has_value());
}

TEST_CASE("a name that does not exist is an error that says so") {
  Worker worker;
  Resolver resolver;
  const std::string name = "nosuchhost.invalid";
  auto addresses = run_task(worker, resolver.resolve(worker, name, 50s));
  REQUIRE_FALSE(addresses);
  CHECK(addresses.error().code == ErrorCode::unknown_host);
  CHECK(addresses.error().side == Side::target);
  CHECK_THAT(addresses.error().sentence, Catch::Contains(name));
}

TEST_CASE("who waits no longer gets an error; the query that still runs harms nobody") {
  Worker worker;
  Resolver resolver;
  const std::string name = "localhost";
  Outcome<Result<Addresses>> outcome;
  start_task(resolver.resolve(worker, name, 0ms), outcome);
  REQUIRE(run_until(worker, [&] { return outcome.ended(); }));
  // Whichever was faster.
  if (!*outcome.value) CHECK(outcome.value->error().code == ErrorCode::timed_out);
}
