#include "gateway/admin/guess_brake.h"

#include <catch2/catch.hpp>

using namespace otoroshi::gateway;
using namespace std::chrono_literals;

namespace {

const GuessBrake::Clock::time_point start{1h};

void fail_often(GuessBrake& brake, const std::string& address, int times, GuessBrake::Clock::time_point now) {
  for (int count = 0; count < times; ++count) brake.failed(address, now);
}

}  // namespace

TEST_CASE("ten failures slow an address down, and it is forgiven") {
  const struct {
    std::string what;
    int failures;
    GuessBrake::Clock::duration later;
    bool is_slow;
  } rows[] = {
      {"none", 0, 0s, false},
      {"nine", 9, 0s, false},
      {"ten", 10, 0s, true},
      {"ten, a moment later", 10, 4s, true},
      {"ten, one of them forgiven", 10, 5s, false},
      {"fifteen", 15, 29s, true},
      {"fifteen, some of them forgiven", 15, 30s, false},
      {"ten thousand", 10'000, 54s, true},
      {"ten thousand, a minute later", 10'000, 60s, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    GuessBrake brake;
    fail_often(brake, "192.0.2.1", row.failures, start);
    CHECK(brake.is_slow("192.0.2.1", start + row.later) == row.is_slow);
  }
}

TEST_CASE("failures that come rarely slow nobody down") {
  GuessBrake brake;
  for (int count = 0; count < 1000; ++count) {
    brake.failed("192.0.2.1", start + count * 6s);
    CHECK_FALSE(brake.is_slow("192.0.2.1", start + count * 6s));
  }
}

TEST_CASE("an address is one client, and so is an IPv6 network") {
  const struct {
    std::string fails, asks;
    bool is_slow;
  } rows[] = {
      {"192.0.2.1", "192.0.2.1", true},
      {"192.0.2.1", "192.0.2.2", false},
      {"192.0.2.1", "::ffff:192.0.2.1", true},
      {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
      {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
      {"::1", "127.0.0.1", false},
      {"192.0.2.1", "::1", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.fails, row.asks);
    GuessBrake brake;
    fail_often(brake, row.fails, 10, start);
    CHECK(brake.is_slow(row.asks, start) == row.is_slow);
  }
}

TEST_CASE("however many addresses fail, only the latest are remembered") {
  GuessBrake brake;
  fail_often(brake, "192.0.2.1", 10, start);
  fail_often(brake, "192.0.2.2", 10, start);
  const auto address = [](std::size_t number) {
    return "10." + std::to_string(number >> 16) + '.' + std::to_string(number >> 8 & 255) + '.' +
           std::to_string(number & 255);
  };
  for (std::size_t number = 0; number < GuessBrake::addresses_at_most - 2; ++number)
    brake.failed(address(number), start);
  CHECK(brake.is_slow("192.0.2.1", start));
  brake.failed("192.0.2.1", start);  // is the latest now
  brake.failed("198.51.100.1", start);
  CHECK(brake.is_slow("192.0.2.1", start));
  CHECK_FALSE(brake.is_slow("192.0.2.2", start));
}

TEST_CASE("places to wait are bounded for each address") {
  GuessBrake brake;
  for (int count = 0; count < GuessBrake::waiting_at_most; ++count) CHECK(brake.try_wait("192.0.2.1"));
  CHECK_FALSE(brake.try_wait("192.0.2.1"));
  CHECK(brake.try_wait("192.0.2.2"));
  brake.leave("192.0.2.1");
  CHECK(brake.try_wait("192.0.2.1"));
  CHECK_FALSE(brake.try_wait("192.0.2.1"));
}
