#include "gateway/tunnel/quotas.h"

#include <catch2/catch.hpp>
#include <string>

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace std::chrono_literals;

namespace {

using namespace std::chrono;

const auto noon = system_clock::time_point(sys_days(2026y / November / 30d)) + 12h;

ApiKey key_with(std::int64_t second, std::int64_t day, std::int64_t month) {
  ApiKey key;
  key.client_id = "k";
  key.throttling_quota = second;
  key.daily_quota = day;
  key.monthly_quota = month;
  return key;
}

// How many of ten tunnels at this moment are let in.
int opened(Quotas& quotas, const ApiKey& key, system_clock::time_point now) {
  int count = 0;
  for (int i = 0; i < 10; ++i) count += quotas.take(key, now).has_value();
  return count;
}

}  // namespace

TEST_CASE("quotas: each period has its own count and begins anew") {
  Quotas quotas;
  const auto key = key_with(3, 5, 7);
  CHECK(opened(quotas, key, noon) == 3);
  CHECK(opened(quotas, key, noon + 999ms) == 0);
  CHECK(opened(quotas, key, noon + 1s) == 2);  // the day's
  CHECK(opened(quotas, key, noon + 1h) == 0);
  CHECK(opened(quotas, key, noon + 12h) == 3);  // 1 December: another day and another month
  CHECK(opened(quotas, key, noon + 12h + 1s) == 2);
  CHECK(opened(quotas, key, noon + 36h) == 2);  // the month's
  CHECK(opened(quotas, key, noon + 60h) == 0);
  CHECK(opened(quotas, key, system_clock::time_point(sys_days(2027y / January / 1d))) == 3);
}

TEST_CASE("quotas: a refused tunnel is not counted, and the quota that refused it is named") {
  Quotas quotas;
  CHECK_THAT(quotas.take(key_with(0, 9, 9), noon).error().sentence, Catch::Contains("throttlingQuota"));
  CHECK_THAT(quotas.take(key_with(9, 0, 9), noon).error().sentence, Catch::Contains("dailyQuota"));
  const auto month = quotas.take(key_with(9, 9, 0), noon);
  CHECK_THAT(month.error().sentence, Catch::Contains("monthlyQuota") && Catch::Contains("\"k\""));
  CHECK(month.error().code == ErrorCode::limit);
  CHECK(opened(quotas, key_with(4, 4, 4), noon) == 4);
}

TEST_CASE("quotas: keys do not count for each other, and a change of a quota counts at once") {
  Quotas quotas;
  auto other = key_with(2, 9, 9);
  other.client_id = "other";
  CHECK(opened(quotas, key_with(2, 9, 9), noon) == 2);
  CHECK(opened(quotas, other, noon) == 2);
  CHECK(opened(quotas, key_with(5, 9, 9), noon) == 3);
  CHECK(opened(quotas, key_with(1, 9, 9), noon) == 0);
}

TEST_CASE("quotas: a tunnel that was not opened is given back to the periods that it was counted in") {
  Quotas quotas;
  const auto key = key_with(10, 5, 7);
  REQUIRE(opened(quotas, key, noon) == 5);
  quotas.give_back("k", {noon});
  CHECK(opened(quotas, key, noon + 1s) == 1);
  quotas.give_back("k", {noon + 1s});
  const auto tomorrow = noon + 24h;  // another month begins, too
  REQUIRE(opened(quotas, key, tomorrow) == 5);
  quotas.give_back("k", {noon + 1s});  // belongs to yesterday
  CHECK(opened(quotas, key, tomorrow + 1s) == 0);
}

TEST_CASE("quotas: what a key has used can be asked, and forgotten") {
  Quotas quotas;
  CHECK(quotas.used("k", noon).day == 0);
  REQUIRE(opened(quotas, key_with(3, 9, 9), noon) == 3);
  CHECK(quotas.used("k", noon).second == 3);
  CHECK(quotas.used("k", noon + 1s).second == 0);
  CHECK(quotas.used("k", noon + 1s).day == 3);
  CHECK(quotas.used("k", noon + 1s).month == 3);
  CHECK(quotas.used("other", noon).day == 0);
  quotas.reset("k");
  CHECK(quotas.used("k", noon).month == 0);
}
