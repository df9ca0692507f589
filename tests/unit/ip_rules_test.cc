#include "gateway/tunnel/ip_rules.h"

#include <asio/ip/address.hpp>
#include <catch2/catch.hpp>

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace std::string_literals;

namespace {

std::vector<IpPattern> patterns(const std::vector<std::string>& texts) {
  std::vector<IpPattern> result;
  for (const auto& text : texts) result.push_back(IpPattern::parse(text).value());
  return result;
}

}  // namespace

TEST_CASE("an address matches an address, a network or a pattern") {
  const struct {
    std::string pattern;
    std::string address;
    bool matches;
  } rows[] = {
      {"10.0.0.1", "10.0.0.1", true},
      {"10.0.0.1", "::ffff:10.0.0.1", true},
      {"::ffff:10.0.0.1", "10.0.0.1", true},
      {"10.0.0.1", "10.0.0.11", false},
      {"10.0.0.0/8", "10.200.0.1", true},
      {"10.0.0.0/8", "::ffff:10.200.0.1", true},
      {"10.0.0.0/8", "11.0.0.1", false},
      {"10.0.0.0/31", "10.0.0.1", true},
      {"10.0.0.0/31", "10.0.0.2", false},
      {"10.0.0.0/32", "10.0.0.1", false},
      {"0.0.0.0/0", "1.2.3.4", true},
      {"0.0.0.0/0", "::1", false},
      {"::/0", "::1", true},
      {"::/0", "1.2.3.4", false},
      {"2001:db8::/33", "2001:db8:7fff::1", true},
      {"2001:db8::/33", "2001:db8:8000::1", false},
      {"2001:DB8::1", "2001:db8:0:0::1", true},
      {"192.168.1.*", "192.168.1.7", true},
      {"192.168.1.*", "::ffff:192.168.1.7", true},
      {"192.168.1.*", "192.168.11.7", false},
      {"192.168.*.7", "192.168.200.7", true},
      {"192.168.*.7", "192.168.200.8", false},
      {"2001:DB8:*", "2001:db8::1", true},
      {"2001:db8:*", "2001:db9::1", false},
      {"*", "1.2.3.4", true},
      {"*", "fe80::1%1", true},
      {"fe80::1", "fe80::1%1", true},
      {"fe80::*1", "fe80::1%12", true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.pattern, row.address);
    const auto pattern = IpPattern::parse(row.pattern);
    REQUIRE(pattern);
    CHECK(pattern->matches(asio::ip::make_address(row.address)) == row.matches);
  }
}

TEST_CASE("what no address could match is no pattern") {
  for (const auto& text : {""s, "localhost"s, "10.0.0"s, "10.0.0.256"s, "10.0.0.0/33"s, "::/129"s,
                           "10.0.0.0/8/8"s, "10.0.0.0/255.0.0.0"s, "10.0.*/16"s, "*.example.com"s,
                           "10.0.0.1 "s, "[::1]"s, "10.0.0.1\0"s, "10.*\n"s, std::string(64 * 1024, '1')}) {
    CAPTURE(text.substr(0, 80));
    const auto pattern = IpPattern::parse(text);
    REQUIRE_FALSE(pattern);
    CHECK(pattern.error().sentence.size() < 400);
  }
}

TEST_CASE("every list of allowed addresses must have the client, no blocked one may") {
  const auto client = asio::ip::make_address("10.1.1.1");
  const struct {
    std::string name;
    std::vector<std::vector<std::string>> allowed;
    std::vector<std::string> blocked;
    bool admitted;
  } rows[] = {
      {"no rules", {}, {}, true},
      {"allowed", {{"9.9.9.9", "10.0.0.0/8"}}, {}, true},
      {"not allowed", {{"9.9.9.9"}}, {}, false},
      {"one of two lists", {{"10.0.0.0/8"}, {"9.9.9.9"}}, {}, false},
      {"both lists", {{"10.0.0.0/8"}, {"10.1.*"}}, {}, true},
      {"an empty list allows nobody", {{}}, {}, false},
      {"blocked", {}, {"10.1.1.*"}, false},
      {"another is blocked", {}, {"10.1.2.*"}, true},
      {"blocked though allowed", {{"*"}}, {"10.1.1.1"}, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    IpRules rules;
    for (const auto& list : row.allowed) rules.allowed.push_back(patterns(list));
    rules.blocked = patterns(row.blocked);
    CHECK(rules.admit(client) == row.admitted);
  }
}
