// An API key had opened fewer than no tunnels, and might open more than its quota, after the quota had been
// reset while tunnels of it were being opened that then failed.
#include <catch2/catch.hpp>

#include "gateway/tunnel/quotas.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

TEST_CASE("quotas: what was opened before a reset cannot be given back") {
  const auto now = std::chrono::system_clock::time_point(std::chrono::seconds(1'800'000'000));
  ApiKey key;
  key.client_id = "k";
  key.throttling_quota = key.daily_quota = key.monthly_quota = 2;
  Quotas quotas;
  REQUIRE(quotas.take(key, now));
  REQUIRE(quotas.take(key, now));
  quotas.reset(key.client_id);
  REQUIRE(quotas.take(key, now));
  for (int failed = 0; failed < 3; ++failed) quotas.give_back(key.client_id, now);
  const auto used = quotas.used(key.client_id, now);
  CHECK(used.second == 0);
  CHECK(used.day == 0);
  CHECK(used.month == 0);
}
