// An API key might open more tunnels than its quota, after the quota had been reset while tunnels of it were
// being opened that then failed.
#include <catch2/catch.hpp>

#include "gateway/tunnel/quotas.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

const std::string client_id = "k";
const auto now = std::chrono::system_clock::time_point(std::chrono::seconds(1'800'000'000));

ApiKey key_for(std::int64_t tunnels) {
  ApiKey key;
  key.client_id = client_id;
  key.throttling_quota = key.daily_quota = key.monthly_quota = tunnels;
  return key;
}

void check_used(Quotas& quotas, std::int64_t expected) {
  const auto used = quotas.used(client_id, now);
  CHECK(used.second == expected);
  CHECK(used.day == expected);
  CHECK(used.month == expected);
}

}  // namespace

TEST_CASE("quotas: what was opened before a reset cannot be given back") {
  const auto key = key_for(1);
  Quotas quotas;
  const auto hanging = quotas.take(key, now);
  REQUIRE(hanging);
  quotas.reset(client_id);
  const auto alive = quotas.take(key, now);
  REQUIRE(alive);
  quotas.give_back(client_id, *hanging);
  check_used(quotas, 1);
  CHECK_FALSE(quotas.take(key, now));
}

TEST_CASE("quotas: what was opened since a reset of the same moment can be given back") {
  const auto key = key_for(1);
  Quotas quotas;
  quotas.reset(client_id);
  REQUIRE(quotas.take(key, now));
  quotas.reset(client_id);
  const auto failed = quotas.take(key, now);
  REQUIRE(failed);
  quotas.give_back(client_id, *failed);
  check_used(quotas, 0);
}
