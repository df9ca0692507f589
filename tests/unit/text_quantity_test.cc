#include <catch2/catch.hpp>

#include "common/text/byte_size.h"
#include "common/text/duration.h"

using namespace otoroshi;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

TEST_CASE("durations are read, and printed with the largest unit that fits") {
  const struct {
    std::string_view text;
    std::chrono::milliseconds value;
    std::string_view printed;
  } rows[] = {
      {"250ms", 250ms, "250ms"}, {"5s", 5s, "5s"},          {"10m", 10min, "10m"},
      {"1h", 1h, "1h"},          {"0", 0ms, "0"},           {"0s", 0ms, "0"},
      {"1000ms", 1s, "1s"},      {"90s", 90s, "90s"},       {"1500ms", 1500ms, "1500ms"},
      {"3600s", 1h, "1h"},       {"8760h", 8760h, "8760h"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    REQUIRE(parse_duration(row.text) == row.value);
    CHECK(duration_text(row.value) == row.printed);
    CHECK(parse_duration(row.printed) == row.value);
  }
}

TEST_CASE("what is no duration is refused") {
  for (const auto text : {""sv, "5"sv, "s"sv, "5 s"sv, " 5s"sv, "5s "sv, "-5s"sv, "1.5s"sv, "5S"sv, "5d"sv,
                          "1h30m"sv, "8761h"sv, "99999999999999999999h"sv, "18446744073709551615ms"sv}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
  CHECK(parse_duration("5").error().sentence ==
        R"("5" is not a duration: write a whole number and its unit, such as "250ms", "5s", "10m" or "1h")");
  CHECK(parse_duration("9000h").error().sentence == R"("9000h" is too large: at most "8760h" is allowed)");
}

TEST_CASE("sizes are read, and printed with the largest unit that fits") {
  const struct {
    std::string_view text;
    std::uint64_t value;
    std::string_view printed;
  } rows[] = {
      {"0", 0, "0"},
      {"1500", 1500, "1500"},
      {"64KiB", 65536, "64KiB"},
      {"1MiB", 1 << 20, "1MiB"},
      {"1024KiB", 1 << 20, "1MiB"},
      {"2GiB", std::uint64_t{2} << 30, "2GiB"},
      {"0MiB", 0, "0"},
      {"1024GiB", std::uint64_t{1} << 40, "1024GiB"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    REQUIRE(parse_byte_size(row.text) == row.value);
    CHECK(byte_size_text(row.value) == row.printed);
    CHECK(parse_byte_size(row.printed) == row.value);
  }
  for (const auto text : {""sv, "MiB"sv, "1 MiB"sv, "1MB"sv, "1mib"sv, "-1"sv, "1.5MiB"sv, "1025GiB"sv}) {
    CAPTURE(text);
    CHECK_FALSE(parse_byte_size(text));
  }
}
