#include "common/net/proxy_protocol.h"

#include <catch2/catch.hpp>

using asio::ip::make_address;
using asio::ip::tcp;
using otoroshi::proxy_header;
using otoroshi::ProxyProtocol;
using namespace std::string_literals;

namespace {

tcp::endpoint at(const char* address, std::uint16_t port) {
  return {make_address(address), port};
}

const std::string signature = "\x0d\x0a\x0d\x0a\x00\x0d\x0a\x51\x55\x49\x54\x0a"s;
const std::string localhost6 = std::string(15, '\0') + "\x01";

}  // namespace

TEST_CASE("PROXY protocol version 1 is one line of text") {
  struct Row {
    const char *source, *destination, *header;
  };
  const Row rows[] = {
      {"192.0.2.1", "203.0.113.9", "PROXY TCP4 192.0.2.1 203.0.113.9 56324 443\r\n"},
      {"2001:db8::1", "2001:db8::2", "PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n"},
      {"::ffff:192.0.2.1", "::ffff:203.0.113.9", "PROXY TCP4 192.0.2.1 203.0.113.9 56324 443\r\n"},
      {"::ffff:192.0.2.1", "203.0.113.9", "PROXY TCP4 192.0.2.1 203.0.113.9 56324 443\r\n"},
      {"192.0.2.1", "2001:db8::2", "PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 56324 443\r\n"},
      {"fe80::1%1", "fe80::2%1", "PROXY TCP6 fe80::1 fe80::2 56324 443\r\n"},
      {"0.0.0.0", "203.0.113.9", "PROXY UNKNOWN\r\n"},
      {"2001:db8::1", "::", "PROXY UNKNOWN\r\n"},
      {"192.0.2.1", "::ffff:0.0.0.0", "PROXY UNKNOWN\r\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.source, row.destination);
    CHECK(proxy_header(ProxyProtocol::v1, at(row.source, 56324), at(row.destination, 443)) == row.header);
  }
}

TEST_CASE("PROXY protocol version 1 stays below the 107 bytes that a receiver must be ready for") {
  auto longest = at("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535);
  CHECK(proxy_header(ProxyProtocol::v1, longest, longest).size() < 107);
}

TEST_CASE("PROXY protocol version 2 is a signature, a command, a family, a length and the addresses") {
  auto ports = "\xdc\x04\x01\xbb"s;  // 56324, 443
  auto header = [](const char* source, const char* destination) {
    return proxy_header(ProxyProtocol::v2, at(source, 56324), at(destination, 443));
  };
  auto ipv4 = signature + "\x21\x11\x00\x0c"s + "\xc0\x00\x02\x01"s + "\xcb\x00\x71\x09"s + ports;
  CHECK(header("192.0.2.1", "203.0.113.9") == ipv4);
  CHECK(header("::ffff:192.0.2.1", "::ffff:203.0.113.9") == ipv4);
  CHECK(header("::1", "::1") == signature + "\x21\x21\x00\x24"s + localhost6 + localhost6 + ports);
  CHECK(header("0.0.0.0", "203.0.113.9") == signature + "\x20\x00\x00\x00"s);
}

TEST_CASE("without PROXY protocol nothing is sent") {
  CHECK(proxy_header(ProxyProtocol::none, at("192.0.2.1", 1), at("192.0.2.2", 2)).empty());
}
