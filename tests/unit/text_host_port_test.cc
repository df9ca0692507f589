#include <catch2/catch.hpp>

#include "common/text/host_port.h"

using namespace otoroshi;
using namespace std::string_view_literals;

TEST_CASE("a host is a DNS name, IPv4 or IPv6, and nothing that getaddrinfo would guess at") {
  const struct {
    std::string_view text;
    std::optional<std::string> host;
  } rows[] = {
      {"localhost", "localhost"},
      {"Example.ORG", "Example.ORG"},
      {"example.org.", "example.org."},
      {"my_container-1", "my_container-1"},
      {"1password.com", "1password.com"},
      {"10.0.0.1", "10.0.0.1"},
      {"::1", "::1"},
      {"[::1]", "::1"},
      {"::ffff:10.0.0.1", "::ffff:10.0.0.1"},
      {std::string_view("a\0b", 3), std::nullopt},
      {std::string_view("10.0.0.1\0", 9), std::nullopt},
      {"", std::nullopt},
      {".", std::nullopt},
      {"a..b", std::nullopt},
      {".a", std::nullopt},
      {"-a", std::nullopt},
      {"a-", std::nullopt},
      {"a b", std::nullopt},
      {"a/b", std::nullopt},
      {"user@host", std::nullopt},
      {"127.1", std::nullopt},
      {"256.1.1.1", std::nullopt},
      {"2130706433", std::nullopt},
      {"0x7f000001", std::nullopt},
      {"10.0.0.1.", std::nullopt},
      {"[10.0.0.1]", std::nullopt},
      {"[::1", std::nullopt},
      {"::1]", std::nullopt},
      {"[]", std::nullopt},
      {"[", std::nullopt},
      {"fe80::1%eth0", std::nullopt},
      {":::", std::nullopt},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto host = parse_host(row.text);
    REQUIRE(host.has_value() == row.host.has_value());
    if (host) CHECK(*host == *row.host);
  }
}

TEST_CASE("a host has at most 253 characters, a label 63") {
  const std::string label(63, 'a');
  const auto name = label + '.' + label + '.' + label + '.';
  CHECK(parse_host(label));
  CHECK_FALSE(parse_host(label + 'a'));
  CHECK(parse_host(name + std::string(61, 'a')));
  CHECK(parse_host(name + std::string(61, 'a') + '.'));
  CHECK_FALSE(parse_host(name + std::string(62, 'a')));
}

TEST_CASE("one address in several spellings has the same bytes") {
  CHECK(address_bytes("::1") == address_bytes("0:0:0:0:0:0:0:1"));
  CHECK(address_bytes("10.0.0.1") == address_bytes("::ffff:a00:1"));
  CHECK(address_bytes("10.0.0.1") != address_bytes("10.0.0.2"));
  CHECK(address_bytes("0.0.0.0") != address_bytes("::"));
  CHECK(address_bytes("::") == AddressBytes{});
  for (const auto text : {"", "localhost", "[::1]", "10.0.0", "010.0.0.1"}) CHECK_FALSE(address_bytes(text));
}

TEST_CASE("a port is a number from 1 to 65535") {
  for (const auto text : {"1"sv, "22"sv, "65535"sv, "0022"sv}) CHECK(parse_port(text));
  for (const auto text :
       {""sv, "0"sv, "65536"sv, "99999999999"sv, "-1"sv, "+1"sv, " 1"sv, "1 "sv, "0x10"sv, "ssh"sv}) {
    CAPTURE(text);
    CHECK_FALSE(parse_port(text));
  }
  CHECK(parse_port("0").error().sentence == R"("0" is not a port: a number from 1 to 65535 is wanted)");
}

TEST_CASE("host and port are read and printed in every notation") {
  const struct {
    std::string_view text;
    std::optional<HostPort> without_default, with_default_22;
    std::string_view printed;
  } rows[] = {
      {"db.internal:5432", HostPort{"db.internal", 5432}, HostPort{"db.internal", 5432}, "db.internal:5432"},
      {"10.0.0.1:1", HostPort{"10.0.0.1", 1}, HostPort{"10.0.0.1", 1}, "10.0.0.1:1"},
      {"[::1]:9999", HostPort{"::1", 9999}, HostPort{"::1", 9999}, "[::1]:9999"},
      {"db.internal", std::nullopt, HostPort{"db.internal", 22}, "db.internal:22"},
      {"10.0.0.1", std::nullopt, HostPort{"10.0.0.1", 22}, "10.0.0.1:22"},
      {"::1", std::nullopt, HostPort{"::1", 22}, "[::1]:22"},
      {"[::1]", std::nullopt, HostPort{"::1", 22}, "[::1]:22"},
      {"", std::nullopt, std::nullopt, ""},
      {":22", std::nullopt, std::nullopt, ""},
      {"host:", std::nullopt, std::nullopt, ""},
      {"host:0", std::nullopt, std::nullopt, ""},
      {"host:port", std::nullopt, std::nullopt, ""},
      {"a:b:22", std::nullopt, std::nullopt, ""},
      {"[::1]22", std::nullopt, std::nullopt, ""},
      {"[::1]:", std::nullopt, std::nullopt, ""},
      {"[a]:22", std::nullopt, std::nullopt, ""},
      {"http://host:22", std::nullopt, std::nullopt, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto strict = parse_host_port(row.text);
    const auto lenient = parse_host_port(row.text, 22);
    REQUIRE(strict.has_value() == row.without_default.has_value());
    REQUIRE(lenient.has_value() == row.with_default_22.has_value());
    if (strict) CHECK(*strict == *row.without_default);
    if (!lenient) continue;
    CHECK(*lenient == *row.with_default_22);
    CHECK(to_text(*lenient) == row.printed);
    CHECK(parse_host_port(to_text(*lenient)) == *row.with_default_22);
  }
}

TEST_CASE("what is wrong with an address is said in a sentence") {
  CHECK(parse_host_port("::1").error().sentence == R"("::1" names no port: write "[::1]:PORT")");
  CHECK(parse_host_port("host").error().sentence == R"("host" names no port: write "HOST:PORT")");
  CHECK(parse_host_port("fe80:::22").error().sentence.contains("stands in brackets"));
  CHECK(parse_host("a b").error().code == ErrorCode::bad_input);
  CHECK(parse_host("a\nb").error().sentence.starts_with(R"("a\nb" is not a host)"));
}
