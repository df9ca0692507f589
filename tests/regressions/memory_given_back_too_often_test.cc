// While a crowd comes and goes every few seconds, all connections stand still for a moment each time.
// (Memory was given back at every look that saw fewer of them, which holds the locks of the allocator.)

#include <catch2/catch.hpp>

#include "common/net/memory_return.h"

using namespace otoroshi;
using namespace std::chrono_literals;

TEST_CASE("memory is given back at the end of a crowd, and not more often than once a minute") {
  MemoryReturn memory;
  const auto begin = Clock::now();
  const auto looks_at = [&](std::size_t live, Clock::duration later) {
    return memory.look(live, begin + later);
  };
  CHECK_FALSE(looks_at(2000, 0s));
  CHECK(looks_at(900, 1s));
  CHECK_FALSE(looks_at(2000, 2s));
  CHECK_FALSE(looks_at(900, 3s));
  CHECK_FALSE(looks_at(900, 60s));
  CHECK(looks_at(900, 61s));  // of the crowd before, although nobody has gone since
  CHECK_FALSE(looks_at(500, 200s));
}
