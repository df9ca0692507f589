#include "common/net/resolver.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <list>
#include <memory>

#include "tests/support/held_queries.h"
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

namespace {

using Asked = std::list<Outcome<Result<Addresses>>>;

void ask(Resolver& resolver, Worker& worker, const std::string& name, Clock::duration limit, Asked& asked,
         NameFrom from = NameFrom::settings) {
  start_task(resolver.resolve(worker, name, limit, nullptr, from), asked.emplace_back());
}

std::vector<std::string> many_names(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(std::to_string(i) + ".held.test");
  return names;
}

bool all_ended(Worker& worker, const Asked& asked) {
  return run_until(worker,
                   [&] { return std::ranges::all_of(asked, [](const auto& one) { return one.ended(); }); });
}

}  // namespace

TEST_CASE("a resolver that goes does not wait for its queries, and they tell nobody") {
  held_queries.hold();
  Worker worker;
  Asked asked;
  const std::vector<std::string> names{"a.held.test", "b.held.test", "c.held.test"};
  auto resolver = std::make_unique<Resolver>(2);
  for (const auto& name : names) ask(*resolver, worker, name, 100ms, asked);
  REQUIRE(held_queries.wait_begun(2));

  const auto begun = Clock::now();
  resolver.reset();
  CHECK(Clock::now() - begun < 10s);
  held_queries.let_go();
  REQUIRE(held_queries.wait_begun(2));
  REQUIRE(all_ended(worker, asked));
  for (const auto& one : asked) CHECK(one.value->error().code == ErrorCode::timed_out);
  CHECK(held_queries.begun() == 2);  // the third was not asked any more
}

TEST_CASE("a name is asked for once at a time, and no more names at a time than there are threads") {
  held_queries.hold();
  Worker worker;
  Resolver resolver(2);
  Asked asked;
  const std::vector<std::string> names{"a.held.test", "b.held.test", "c.held.test", "d.held.test"};
  for (int round = 0; round < 5; ++round) {
    for (const auto& name : names) ask(resolver, worker, name, failsafe, asked);
  }
  REQUIRE(held_queries.wait_begun(2));
  held_queries.let_go();
  REQUIRE(all_ended(worker, asked));
  for (const auto& one : asked) CHECK(one.value->error().code == ErrorCode::unknown_host);
  CHECK(held_queries.begun() == names.size());
  CHECK(held_queries.most_at_once() == 2);

  // The threads went when there was nothing more to ask; others come.
  ask(resolver, worker, names.front(), failsafe, asked);
  REQUIRE(all_ended(worker, asked));
  CHECK(held_queries.begun() == names.size() + 1);
}

TEST_CASE("a name that nobody waits for any more is not asked about") {
  held_queries.hold();
  Worker worker;
  Resolver resolver(1);
  Asked patient, impatient;
  const std::string begun = "begun.held.test", left = "left.held.test", wanted = "wanted.held.test";
  ask(resolver, worker, begun, 50ms, impatient);
  REQUIRE(held_queries.wait_begun(1));
  ask(resolver, worker, left, 50ms, impatient);
  ask(resolver, worker, left, 50ms, impatient);
  ask(resolver, worker, wanted, 50ms, impatient);
  ask(resolver, worker, wanted, failsafe, patient);
  REQUIRE(all_ended(worker, impatient));
  for (const auto& one : impatient) CHECK(one.value->error().code == ErrorCode::timed_out);

  ask(resolver, worker, begun, failsafe, patient);  // the query still runs: it is not begun once more
  held_queries.let_go();
  REQUIRE(all_ended(worker, patient));
  CHECK(held_queries.begun() == 2);
}

TEST_CASE("a query that nobody waited for any more answers those who ask again") {
  held_queries.hold();
  Worker worker;
  Resolver resolver(2);
  Asked asked;
  const std::string name = "again.held.test";
  ask(resolver, worker, name, 50ms, asked);
  REQUIRE(held_queries.wait_begun(name));
  REQUIRE(all_ended(worker, asked));
  ask(resolver, worker, name, failsafe, asked);
  held_queries.let_go();
  REQUIRE(all_ended(worker, asked));
  CHECK(asked.back().value->error().code == ErrorCode::unknown_host);
  CHECK(held_queries.begun() == 1);
}

TEST_CASE("so many names wait for an answer, and one more is refused at once") {
  held_queries.hold();
  Worker worker;
  Resolver resolver(1);
  const auto names = many_names(Resolver::max_waiting_names);
  const std::string begun = "begun.held.test", more = "more.held.test", last = "last.held.test";
  Asked patient, impatient, refused;
  ask(resolver, worker, begun, failsafe, patient);
  REQUIRE(held_queries.wait_begun(1));
  ask(resolver, worker, names.front(), 50ms, impatient);
  for (std::size_t i = 1; i < names.size(); ++i) ask(resolver, worker, names[i], failsafe, patient);

  ask(resolver, worker, more, failsafe, refused);
  REQUIRE(refused.back().ended());
  CHECK(refused.back().value->error().code == ErrorCode::limit);
  CHECK(refused.back().value->error().side == Side::gateway);
  CHECK(refused.back().value->error().sentence ==
        "cannot resolve 'more.held.test': 1024 other names already wait for the machine's DNS");

  ask(resolver, worker, names.back(), failsafe, patient);  // one that waits already
  CHECK_FALSE(patient.back().ended());
  ask(resolver, worker, more, failsafe, patient, NameFrom::client);  // another queue
  CHECK_FALSE(patient.back().ended());
  REQUIRE(all_ended(worker, impatient));
  ask(resolver, worker, last, failsafe, patient);  // the place of the one that has gone
  CHECK_FALSE(patient.back().ended());

  held_queries.let_go();
  REQUIRE(all_ended(worker, patient));
  CHECK(held_queries.begun() == names.size() + 2);
}

TEST_CASE("names from clients, however many, leave threads to the names of the settings") {
  held_queries.hold();
  Worker worker;
  Resolver resolver(4);
  const auto names = many_names(100);
  Asked asked;
  for (const auto& name : names) ask(resolver, worker, name, failsafe, asked, NameFrom::client);
  REQUIRE(held_queries.wait_begun(2));
  ask(resolver, worker, names.back(), failsafe, asked);  // wanted by both: it goes before the others
  REQUIRE(held_queries.wait_begun(names.back()));
  const std::string service = "service.held.test";
  ask(resolver, worker, service, failsafe, asked);
  REQUIRE(held_queries.wait_begun(service));
  CHECK(held_queries.begun() == 4);
  held_queries.let_go();
  REQUIRE(all_ended(worker, asked));
  CHECK(held_queries.begun() == names.size() + 1);
}

TEST_CASE("names whose last query was slow leave threads to the others") {
  held_queries.hold();
  Worker worker;
  Resolver resolver(4);
  const auto slow = many_names(4);
  const std::string other = "other.held.test";
  Asked first, again;
  for (const auto& name : slow) ask(resolver, worker, name, failsafe, first);
  REQUIRE(held_queries.wait_begun(4));
  const auto slow_at = Clock::now() + Resolver::slow_query;
  REQUIRE(run_until(worker, [&] { return Clock::now() > slow_at; }));
  held_queries.let_go();
  REQUIRE(all_ended(worker, first));

  held_queries.hold();
  for (const auto& name : slow) ask(resolver, worker, name, failsafe, again);
  ask(resolver, worker, other, failsafe, again);
  REQUIRE(held_queries.wait_begun(other));
  REQUIRE(held_queries.wait_begun(2));
  CHECK(held_queries.begun() == 2);  // one of the slow ones, and the other one
  held_queries.let_go();
  REQUIRE(all_ended(worker, again));
}
