// An API key or a session that was good until the year 9999 was refused as expired.
#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>

#include "gateway/tunnel/api_key_check.h"
#include "gateway/tunnel/session_check.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

TEST_CASE("what expires in the far future has not expired, and what did so long ago has") {
  const auto now = std::chrono::system_clock::now();
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
  constexpr std::int64_t year_9999 = 253'402'300'799'000;
  using Limits = std::numeric_limits<std::int64_t>;
  const struct {
    std::int64_t time;
    bool is_good;
  } rows[] = {{Limits::max(), true},
              {year_9999, true},
              {9'223'372'036'855, true},
              {milliseconds + 1000, true},
              {milliseconds, false},
              {milliseconds - 1, false},
              {0, false},
              {-year_9999, false},
              {Limits::min(), false}};
  for (const auto& [time, is_good] : rows) {
    CAPTURE(time);
    ApiKey key;
    key.valid_until = time;
    CHECK(!why_unusable(key, now).has_value() == is_good);
    AppSession session;
    session.expired_at = time;
    CHECK(is_alive(session, now) == is_good);
  }
}
