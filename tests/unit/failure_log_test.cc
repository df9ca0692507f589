#include "otoroshictl/tcp_tunnel/failure_log.h"

#include <catch2/catch.hpp>

using otoroshi::ctl::FailureLog;
using Lines = std::vector<std::string>;

TEST_CASE("a failure is told once, and counted when another comes or it ends") {
  FailureLog log;
  CHECK(log.succeeded() == Lines{});
  CHECK(log.failed("away") == Lines{"away"});
  CHECK(log.failed("away") == Lines{});
  CHECK(log.failed("away") == Lines{});
  CHECK(log.failed("refused") == Lines{"the last failure came 2 more times", "refused"});
  CHECK(log.failed("away") == Lines{"away"});
  CHECK(log.failed("away") == Lines{});
  CHECK(log.succeeded() == Lines{"the last failure came 1 more time", "connections go through again"});
  CHECK(log.succeeded() == Lines{});
  CHECK(log.failed("away") == Lines{"away"});
}
