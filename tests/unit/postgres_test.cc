#include "common/sniff/postgres.h"

#include <catch2/catch.hpp>

#include "tests/support/verdict_property.h"

using namespace otoroshi;
using namespace std::string_literals;
using Kind = PostgresHello::Kind;

namespace {

std::string be32(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

// A first message with a length that counts itself.
std::string message(std::uint32_t code, std::string_view body = {}) {
  return be32(static_cast<std::uint32_t>(body.size() + 8)) + be32(code) + std::string(body);
}

const auto ssl_request = message(80877103);
const auto gssenc_request = message(80877104);
const auto cancel_request = message(80877102, "\0\0\x30\x39secr"s);
const auto startup = message(3 << 16, "user\0alice\0database\0shop\0\0"s);

}  // namespace

TEST_CASE("the first message of a PostgreSQL client") {
  struct {
    std::string input;
    Kind kind;
    std::size_t bytes_on_wire;
  } cases[] = {
      {ssl_request, Kind::ssl_request, 8},
      {ssl_request + "\x16\x03\x01", Kind::ssl_request, 8},
      {gssenc_request, Kind::gssenc_request, 8},
      {cancel_request, Kind::cancel_request, 16},
      {message(80877102, std::string(260, 'k')), Kind::cancel_request, 268},
      {startup, Kind::startup, startup.size()},
      {message((3 << 16) + 2, "user\0bob\0\0"s), Kind::startup, 18},
      {message(3 << 16, std::string(9991, 'x') + '\0'), Kind::startup, 10'000},
  };
  for (const auto& [input, kind, bytes_on_wire] : cases) {
    auto verdict = inspect_postgres(as_bytes(input));
    REQUIRE(std::holds_alternative<PostgresHello>(verdict));
    CHECK(std::get<PostgresHello>(verdict) == PostgresHello{kind, bytes_on_wire});
    CHECK(test::decided_at(inspect_postgres, as_bytes(input)) == bytes_on_wire);
    CHECK(test::broken_promise_at(inspect_postgres, as_bytes(input)) == std::nullopt);
  }
}

TEST_CASE("what is not PostgreSQL is told from it at the first impossible byte") {
  struct {
    std::string input;
    std::optional<std::size_t> decided_at;
  } cases[] = {
      {"", std::nullopt},
      {"\0\0"s, std::nullopt},
      {ssl_request.substr(0, 7), std::nullopt},
      {startup.substr(0, 20), std::nullopt},
      {"\x16\x03\x01\x02", 1},
      {"GET / HTTP/1.1", 1},
      {"\0\x01"s, 2},
      {"\0\0\x30"s, 3},
      {be32(7), 4},
      {be32(10'001), 4},
      {be32(8) + "\x05", 5},
      {be32(8) + "\x04\xd2\x17", 7},
      {be32(8) + be32(80877101), 8},
      {message(2 << 16, "old"), 6},
      {message(4 << 16, "new"), 6},
  };
  for (const auto& [input, decided_at] : cases) {
    CAPTURE(Catch::StringMaker<std::string>::convert(input), input.size());
    CHECK(test::decided_at(inspect_postgres, as_bytes(input)) == decided_at);
    CHECK(std::holds_alternative<NotThis>(inspect_postgres(as_bytes(input))) == decided_at.has_value());
    CHECK(test::broken_promise_at(inspect_postgres, as_bytes(input)) == std::nullopt);
  }
}

TEST_CASE("a known PostgreSQL request with a wrong length is malformed") {
  const std::string cases[] = {
      message(80877103, "x"),
      message(80877104, "x"),
      message(80877102, "1234567"),
      message(80877102, std::string(261, 'k')),
      message(3 << 16),
      message(3 << 16, "user\0alice"s),
  };
  for (const auto& input : cases) {
    CHECK(std::holds_alternative<Malformed>(inspect_postgres(as_bytes(input))));
    CHECK(test::broken_promise_at(inspect_postgres, as_bytes(input)) == std::nullopt);
  }
}

TEST_CASE("PostgreSQL messages that the gateway writes itself") {
  CHECK(as_text(postgres_ssl_request()) == ssl_request);
  CHECK(postgres_error_response("28000", "no\0secret"s) ==
        "E"s + be32(4 + 7 + 7 + 7 + 4 + 1) + "SFATAL\0VFATAL\0C28000\0Mno\0\0"s);
}
