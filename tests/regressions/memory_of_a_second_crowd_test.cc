// A second crowd leaves otoroshictl within a minute of the first, and its memory is kept until others come.
// (It is given back once a minute at the most, and nobody looked any more when the minute was over.)

#include <catch2/catch.hpp>

#include "common/net/memory_return.h"

using namespace otoroshi;
using namespace std::chrono_literals;

TEST_CASE("who looks only while there are connections is told that memory is still owed") {
  MemoryReturn memory;
  const auto begin = Clock::now();
  CHECK_FALSE(memory.look(2000, begin));
  CHECK(memory.is_owed(0));
  CHECK(memory.look(0, begin + 1s));
  CHECK_FALSE(memory.is_owed(0));
  CHECK_FALSE(memory.look(2000, begin + 2s));
  CHECK_FALSE(memory.look(0, begin + 3s));
  CHECK(memory.is_owed(0));
  CHECK(memory.look(0, begin + 61s));
  CHECK_FALSE(memory.is_owed(0));
}
