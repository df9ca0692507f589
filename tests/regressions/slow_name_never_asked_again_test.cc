// A service whose target's name was once slow to resolve refuses its clients a minute after nine other names
// went dead. (Each client had its answer of before after a quarter of a second, and took the name out of the
// queue: the next one's question began at its end again.)

#include <algorithm>
#include <catch2/catch.hpp>
#include <list>

#include "common/net/resolver.h"
#include "tests/support/held_queries.h"
#include "tests/support/run_task.h"

using namespace otoroshi;
using namespace otoroshi::test;

TEST_CASE("a name with an answer keeps its place in the queue although nobody waits that long") {
  const std::string known = "known.held.test", dead = "dead.held.test", later = "later.held.test";
  Worker worker;
  Resolver resolver(4);  // one of which is for names that were slow
  std::list<Outcome<Result<Addresses>>> asked;
  auto ask = [&](const std::string& name, Clock::duration limit = failsafe) -> auto& {
    start_task(resolver.resolve(worker, name, limit), asked.emplace_back());
    return asked.back();
  };
  auto all_ended = [&] {
    return run_until(worker,
                     [&] { return std::ranges::all_of(asked, [](auto& one) { return one.ended(); }); });
  };
  auto run_for = [&](Clock::duration time) {
    return run_until(worker, [until = Clock::now() + time] { return Clock::now() > until; });
  };

  held_queries.hold();
  for (const auto& name : {known, dead, later}) ask(name);
  REQUIRE(held_queries.wait_begun(3));  // each is slow only if it runs for so long
  REQUIRE(run_for(Resolver::slow_query));
  held_queries.let_go();
  REQUIRE(all_ended());
  REQUIRE(run_for(Resolver::fresh_for));

  held_queries.hold();
  ask(dead);
  REQUIRE(held_queries.wait_begun(dead));
  auto& first = ask(known);
  REQUIRE(run_until(worker, [&] { return first.ended(); }));
  CHECK(first.value->has_value());
  ask(later);
  ask(known);
  REQUIRE(run_for(Resolver::patience * 2));
  held_queries.let_go();
  REQUIRE(all_ended());
  REQUIRE(held_queries.wait_begun(3));
  CHECK(held_queries.names() == std::vector{dead, known, later});
}
