#include "gateway/tunnel/destination_rules.h"

#include <asio/ip/address.hpp>
#include <catch2/catch.hpp>

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace std::string_literals;

namespace {

using Texts = std::vector<std::string>;

DestinationRules rules(const std::vector<std::pair<std::string, std::string>>& hosts_and_ports) {
  std::vector<DestinationRule> rules;
  for (const auto& [host, ports] : hosts_and_ports) {
    const auto given = ports.empty() ? std::nullopt : std::optional<std::string_view>(ports);
    rules.push_back(DestinationRule::parse(host, given).value());
  }
  return DestinationRules(std::move(rules));
}

DestinationRules::Addresses addresses(const Texts& texts) {
  DestinationRules::Addresses result;
  for (const auto& text : texts) result.push_back(asio::ip::make_address(text));
  return result;
}

Texts texts(const Result<DestinationRules::Addresses>& addresses) {
  Texts result;
  if (addresses)
    for (const auto& address : *addresses) result.push_back(address.to_string());
  return result;
}

}  // namespace

TEST_CASE("destinations decide by name, address and port what may be dialled") {
  const struct {
    std::string rule;
    std::string ports;
    std::string host;
    std::uint16_t port;
    Texts resolved;
    Texts dialled;
  } rows[] = {
      {"db.internal.com", "", "db.internal.com", 22, {"10.0.0.1", "fd00::1"}, {"10.0.0.1", "fd00::1"}},
      {"DB.internal.com.", "", "db.INTERNAL.com", 22, {"10.0.0.1"}, {"10.0.0.1"}},
      {"db.internal.com", "", "db.internal.com.", 22, {"10.0.0.1"}, {"10.0.0.1"}},
      {"db.internal.com", "", "xdb.internal.com", 22, {"10.0.0.1"}, {}},
      {"db.internal.com", "", "db.internal.com.evil.org", 22, {"10.0.0.1"}, {}},
      {"db.internal.com", "", "dbxinternal.com", 22, {"10.0.0.1"}, {}},
      {"*.internal.com", "", "a.b.internal.com", 22, {"10.0.0.1"}, {"10.0.0.1"}},
      {"*.internal.com", "", "internal.com", 22, {"10.0.0.1"}, {}},
      {"*.internal.com", "", "evilinternal.com", 22, {"10.0.0.1"}, {}},
      {"*.internal.com", "", "10.0.0.1", 22, {"10.0.0.1"}, {}},
      {"*.internal.com", "22,5432-5440", "a.internal.com", 22, {"10.0.0.1"}, {"10.0.0.1"}},
      {"*.internal.com", "22,5432-5440", "a.internal.com", 5432, {"10.0.0.1"}, {"10.0.0.1"}},
      {"*.internal.com", "22,5432-5440", "a.internal.com", 5440, {"10.0.0.1"}, {"10.0.0.1"}},
      {"*.internal.com", "22,5432-5440", "a.internal.com", 5441, {"10.0.0.1"}, {}},
      {"*.internal.com", "22,5432-5440", "a.internal.com", 5431, {"10.0.0.1"}, {}},
      {"*.internal.com", "22,5432-5440", "a.internal.com", 23, {"10.0.0.1"}, {}},
      {"*", "", "anything.org", 1, {"1.2.3.4"}, {"1.2.3.4"}},
      {"*", "", "1.2.3.4", 1, {"1.2.3.4"}, {"1.2.3.4"}},
      {"*", "", "::1", 65535, {"::1"}, {"::1"}},
      {"d*", "", "d1.org", 1, {"1.2.3.4"}, {"1.2.3.4"}},
      {"d*", "", "d::1", 1, {"d::1"}, {}},
      {"10.0.0.0/8", "", "10.255.255.255", 22, {"10.255.255.255"}, {"10.255.255.255"}},
      {"10.0.0.0/8", "", "11.0.0.0", 22, {"11.0.0.0"}, {}},
      {"10.0.0.0/8", "", "::ffff:10.0.0.1", 22, {"::ffff:10.0.0.1"}, {"::ffff:10.0.0.1"}},
      {"10.1.2.3/8", "", "10.0.0.1", 22, {"10.0.0.1"}, {"10.0.0.1"}},
      {"10.0.0.0/9", "", "10.128.0.0", 22, {"10.128.0.0"}, {}},
      {"10.0.0.0/8", "22", "db.org", 22, {"1.2.3.4", "10.0.0.1"}, {"10.0.0.1"}},
      {"10.0.0.0/8", "22", "db.org", 23, {"10.0.0.1"}, {}},
      {"10.0.0.0/8", "", "db.org", 22, {"1.2.3.4"}, {}},
      {"10.0.0.1", "", "10.0.0.1", 22, {"10.0.0.1"}, {"10.0.0.1"}},
      {"10.0.0.1", "", "10.0.0.2", 22, {"10.0.0.2"}, {}},
      {"fd00::/8", "", "fdff::1", 22, {"fdff::1"}, {"fdff::1"}},
      {"fd00::/8", "", "fe00::1", 22, {"fe00::1"}, {}},
      {"::/0", "", "1.2.3.4", 22, {"1.2.3.4"}, {}},
      {"::/0", "", "::ffff:1.2.3.4", 22, {"::ffff:1.2.3.4"}, {}},
      {"0.0.0.0/0", "", "1.2.3.4", 22, {"1.2.3.4"}, {"1.2.3.4"}},
      {"0.0.0.0/0", "", "::1", 22, {"::1"}, {}},
      {"::ffff:10.0.0.0/104", "", "10.1.1.1", 22, {"10.1.1.1"}, {"10.1.1.1"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.rule, row.ports, row.host, row.port);
    const auto tested = rules({{row.rule, row.ports}});
    const auto allowed = tested.allowed(row.host, row.port, addresses(row.resolved));
    CHECK(texts(allowed) == row.dialled);
    if (allowed) {
      CHECK(tested.may_allow(row.host, row.port));
    } else {
      CHECK(allowed.error().code == ErrorCode::bad_input);
      CHECK(allowed.error().side == Side::client);
      CHECK_THAT(allowed.error().sentence, Catch::Contains(row.host) && Catch::Contains("destinations"));
    }
  }
}

TEST_CASE("link-local addresses are dialled only where a network within their range is named") {
  const struct {
    std::string rule;
    std::string host;
    Texts resolved;
    Texts dialled;
  } rows[] = {
      {"*", "meta.evil.org", {"169.254.169.254"}, {}},
      {"*", "meta.evil.org", {"::ffff:169.254.169.254"}, {}},
      {"*", "meta.evil.org", {"fe80::1"}, {}},
      {"*", "meta.evil.org", {"febf::1"}, {}},
      {"*", "meta.evil.org", {"fec0::1"}, {"fec0::1"}},
      {"*", "meta.evil.org", {"169.254.169.254", "10.0.0.1", "fe80::1"}, {"10.0.0.1"}},
      {"*", "169.254.0.1", {"169.254.0.1"}, {}},
      {"*", "::ffff:a9fe:1", {"::ffff:169.254.0.1"}, {}},
      {"*", "169.253.0.1", {"169.253.0.1"}, {"169.253.0.1"}},
      {"meta.evil.org", "meta.evil.org", {"169.254.169.254"}, {}},
      {"0.0.0.0/0", "169.254.169.254", {"169.254.169.254"}, {}},
      {"169.0.0.0/8", "169.254.169.254", {"169.254.169.254"}, {}},
      {"::/0", "fe80::1", {"fe80::1"}, {}},
      {"169.254.0.0/16", "169.254.169.254", {"169.254.169.254"}, {"169.254.169.254"}},
      {"169.254.0.0/16", "meta.evil.org", {"169.254.169.254"}, {"169.254.169.254"}},
      {"169.254.169.254", "169.254.169.254", {"169.254.169.254"}, {"169.254.169.254"}},
      {"169.254.169.254", "169.254.169.253", {"169.254.169.253"}, {}},
      {"fe80::/10", "fe80::1", {"fe80::1"}, {"fe80::1"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.rule, row.host);
    CHECK(texts(rules({{row.rule, ""}}).allowed(row.host, 80, addresses(row.resolved))) == row.dialled);
  }
  CHECK(texts(rules({{"*", ""}, {"169.254.0.0/16", "80"}}).allowed("a.b", 80, addresses({"169.254.1.1"}))) ==
        Texts{"169.254.1.1"});
  CHECK(texts(rules({{"*", ""}, {"169.254.0.0/16", "80"}}).allowed("a.b", 81, addresses({"169.254.1.1"})))
            .empty());
}

TEST_CASE("a target that the route fixes is dialled at all its addresses but link-local ones") {
  const DestinationRules none;
  CHECK(texts(none.without_link_local("a.b", 22, addresses({"10.0.0.1", "fe80::1"}))) == Texts{"10.0.0.1"});
  const auto refused = none.without_link_local("a.b", 22, addresses({"169.254.169.254", "fe80::1"}));
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().sentence, Catch::Contains("\"a.b\" has only link-local addresses"));

  const auto named = rules({{"169.254.169.254", "80"}});
  CHECK(named.without_link_local("a.b", 80, addresses({"169.254.169.254"})));
  CHECK_FALSE(named.without_link_local("a.b", 81, addresses({"169.254.169.254"})));
  CHECK(named.without_link_local("a.b", 81, addresses({"10.0.0.1"})));
}

TEST_CASE("a name reaches the resolver only if some rule could allow it") {
  const auto tested = rules({{"*.internal.com", "22"}, {"10.0.0.0/8", "5432"}});
  CHECK(tested.may_allow("a.internal.com", 22));
  CHECK(tested.may_allow("any.org", 5432));  // it may have an address of the network
  CHECK(tested.may_allow("10.1.1.1", 5432));
  CHECK_FALSE(tested.may_allow("any.org", 22));
  CHECK_FALSE(tested.may_allow("11.1.1.1", 5432));
  CHECK_FALSE(tested.may_allow("10.1.1.1", 22));
  CHECK_FALSE(tested.may_allow("a.internal.com", 23));
  CHECK_FALSE(DestinationRules().may_allow("a", 1));
  CHECK(DestinationRules().empty());
}

TEST_CASE("a destination that says nothing sure is refused by name") {
  const struct {
    std::string host;
    std::optional<std::string_view> ports;
  } rows[] = {
      {"", {}},
      {"10.0.*", {}},
      {"*.1", {}},
      {"10.0.0", {}},
      {"10.0.0.0/33", {}},
      {"10.0.0.0/", {}},
      {"10.0.0.0/-1", {}},
      {"10.0.0.0/8x", {}},
      {"::/129", {}},
      {"fd00:*", {}},
      {"a b", {}},
      {"a/b", {}},
      {"a:22", {}},
      {"http://a", {}},
      {"user@a", {}},
      {"${a}", {}},
      {"a..b", {}},
      {"a\0b"s, {}},
      {"a\r\nb", {}},
      {"fe80::1%lo", {}},
      {"a", ""},
      {"a", "0"},
      {"a", "65536"},
      {"a", "22,"},
      {"a", ",22"},
      {"a", "22-"},
      {"a", "-22"},
      {"a", "23-22"},
      {"a", "22-23-24"},
      {"a", "ssh"},
      {"a", "*"},
      {"a", "22;23"},
      {"a", "22 23"},
      {std::string(64 * 1024, 'a'), {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.host.substr(0, 80), row.ports.value_or("-"));
    const auto rule = DestinationRule::parse(row.host, row.ports);
    REQUIRE_FALSE(rule);
    CHECK(rule.error().code == ErrorCode::bad_input);
    CHECK(rule.error().sentence.size() < 400);
  }
  CHECK(DestinationRule::parse("a", " 22 , 5432 - 5440 ")->has_port(5433));
  CHECK(DestinationRule::parse("a", "1-65535")->has_port(65535));
}
