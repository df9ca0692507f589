#include <catch2/catch.hpp>

#include "common/text/base64.h"
#include "common/text/percent.h"
#include "common/text/quoted.h"
#include "common/text/utf8.h"
#include "common/text/uuid.h"

using namespace otoroshi;
using namespace std::string_view_literals;

TEST_CASE("percent-encoding keeps the unreserved characters and gives every byte back") {
  const struct {
    std::string_view plain, encoded;
  } rows[] = {
      {"", ""},           {"azAZ09-._~", "azAZ09-._~"}, {"a b", "a%20b"},       {"::1", "%3A%3A1"},
      {"100%", "100%25"}, {"a+b&c=d", "a%2Bb%26c%3Dd"}, {"\0\xff"sv, "%00%FF"}, {"é", "%C3%A9"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.encoded);
    CHECK(percent_encode(row.plain) == row.encoded);
    CHECK(percent_decode(row.encoded) == row.plain);
  }
  CHECK(percent_decode("%3a+") == ":+");
  for (const auto text : {"%"sv, "%2"sv, "a%zz"sv, "%2g"sv, "%-1"sv, "%+1"sv, "% 1"sv}) {
    CAPTURE(text);
    CHECK_FALSE(percent_decode(text));
  }
  CHECK(percent_decode("secret%").error().sentence ==
        "the % at character 7 is not followed by two hexadecimal digits; a plain % is written %25");
}

TEST_CASE("base64 goes both ways, with or without padding") {
  const struct {
    std::string_view plain, encoded, unpadded;
  } rows[] = {
      {"", "", ""},
      {"f", "Zg==", "Zg"},
      {"fo", "Zm8=", "Zm8"},
      {"foo", "Zm9v", "Zm9v"},
      {"foob", "Zm9vYg==", "Zm9vYg"},
      {"\xff\xfe\0"sv, "//4A", "//4A"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.encoded);
    CHECK(base64_encode(row.plain) == row.encoded);
    CHECK(base64_decode(row.encoded) == row.plain);
    CHECK(base64_decode(row.unpadded) == row.plain);
  }
}

TEST_CASE("what is not base64 is refused, and the sentence does not show it") {
  for (const auto text :
       {"="sv, "=="sv, "===="sv, "Z"sv, "Zg="sv, "Zg==="sv, "Zh=="sv, "Zm9=="sv, "Z=g="sv, " Zm9v"sv,
        "Zm9v\n"sv, "Zm 9v"sv, "Zm9\0"sv, "Zm9-"sv, "Zm9vYg==Zm9v"sv, "\xc3\xa9"sv, "    "sv}) {
    CAPTURE(text);
    const auto decoded = base64_decode(text);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().sentence == "the text is not base64 (RFC 4648 section 4)");
  }
}

TEST_CASE("quoted text is one line of valid UTF-8") {
  const struct {
    std::string_view text, shown;
  } rows[] = {
      {"", R"("")"},
      {"plain é €", R"("plain é €")"},
      {"a\"b\\c", R"("a\"b\\c")"},
      {"a\nb\tc\r", R"("a\nb\tc\r")"},
      {"\0\x1b[2J\x7f"sv, R"("\x00\x1b[2J\x7f")"},
      {"\xff\xc3", R"("\xff\xc3")"},
      {"\xc2\x9b", R"("\xc2\x9b")"},  // CSI, which a terminal obeys
  };
  for (const auto& row : rows) CHECK(quoted(row.text) == row.shown);
  CHECK(quoted("it's \"x\"", 100, '\'') == R"('it\'s "x"')");
  CHECK(quoted("abcdef", 5) == R"("abcde...")");
  CHECK(quoted("abcdé", 5) == R"("abcd...")");
}

TEST_CASE("UTF-8: well-formed characters have a length, everything else has none") {
  const struct {
    std::string_view text;
    std::size_t length;
  } rows[] = {
      {"", 0},
      {"a", 1},
      {"\0"sv, 1},
      {"é!", 2},
      {"€", 3},
      {"😀", 4},
      {"\x80", 0},
      {"\xc0\x80", 0},
      {"\xc3", 0},
      {"\xc3!", 0},
      {"\xe0\x80\x80", 0},
      {"\xed\xa0\x80", 0},
      {"\xef\xbf\xbd", 3},
      {"\xf4\x8f\xbf\xbf", 4},
      {"\xf4\x90\x80\x80", 0},
      {"\xf0\x80\x80\x80", 0},
      {"\xf8\x88\x80\x80\x80", 0},
      {"\xe2\x82", 0},
      {"\xe2\x82!", 0},
  };
  for (const auto& row : rows) {
    CAPTURE(quoted(row.text));
    CHECK(utf8_length(row.text) == row.length);
  }
}

TEST_CASE("a UUID says that it is of version 4, whatever the random bytes are") {
  std::array<std::byte, 16> random{};
  CHECK(uuid_of(random) == "00000000-0000-4000-8000-000000000000");
  random.fill(std::byte{0xff});
  CHECK(uuid_of(random) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
}
