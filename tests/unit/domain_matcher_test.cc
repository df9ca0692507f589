#include "common/routing/domain_matcher.h"

#include <catch2/catch.hpp>

using otoroshi::DomainMatcher;

TEST_CASE("the lowest index that matches is found") {
  auto matcher = DomainMatcher::build({"a.test", "*.test", ".*read.*"});
  REQUIRE(matcher);
  CHECK(matcher->find("A.test.") == 0);
  CHECK(matcher->find("read.test") == 1);
  CHECK(matcher->find("db-read.example") == 2);
  CHECK_FALSE(matcher->find("test"));
}
