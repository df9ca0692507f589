// Any rules of a route (lines "HOST PORTS" up to an empty line) and a destination with what it resolves to
// (lines HOST, PORT, and an address each): what may be dialled is of what was found, each address is judged
// alone, link-local ones are dialled only where a rule names them, and a network has the addresses that begin
// with its bits.
#include "gateway/tunnel/destination_rules.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "tests/fuzz/property.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using test::must_hold;

namespace {

using Addresses = DestinationRules::Addresses;

std::vector<DestinationRule> take_rules(std::string_view& input) {
  std::vector<DestinationRule> rules;
  while (!input.empty() && input.front() != '\n') {
    auto ports = test::take_until(input, '\n');
    const auto host = test::take_until(ports, ' ');
    auto rule = DestinationRule::parse(host, ports.empty() ? std::nullopt : std::optional(ports));
    if (rule) rules.push_back(std::move(*rule));
  }
  test::take_until(input, '\n');
  return rules;
}

// An address resolves to itself and to nothing else.
Addresses take_addresses(std::string_view input, const std::string& host) {
  Addresses addresses;
  if (is_ip_literal(host)) input = host;
  while (!input.empty()) {
    asio::error_code error;
    const auto address = asio::ip::make_address(std::string(test::take_until(input, '\n')), error);
    if (!error) addresses.push_back(address);
  }
  return addresses;
}

// Bit by bit: whether the first `length` of the address are those of the network's text.
bool begins_as(const AddressBytes& address, const AddressBytes& network, unsigned length) {
  for (unsigned bit = 0; bit < length; ++bit) {
    const auto at = [bit](const AddressBytes& bytes) { return bytes[bit / 8] >> (7 - bit % 8) & 1; };
    if (at(address) != at(network)) return false;
  }
  return true;
}

void check_network(std::string_view text, const Addresses& addresses) {
  const auto slash = text.find('/');
  const auto network = IpNetwork::parse(text);
  const auto begin = address_bytes(text.substr(0, slash));
  if (!network) return;
  must_hold(begin.has_value());
  const bool is_ipv4 = otoroshi::is_ipv4(text.substr(0, slash));
  unsigned length = is_ipv4 ? 32 : 128;
  if (slash != text.npos) std::from_chars(text.data() + slash + 1, text.data() + text.size(), length);
  for (const auto& address : addresses) {
    const auto bytes = address_bytes(without_mapping(address).to_string());
    if (!bytes) continue;  // it has a zone
    const bool is_of_its_family = is_ipv4 || !without_mapping(address).is_v4() || length >= 96;
    must_hold(network->contains(address) ==
              (is_of_its_family && begins_as(*bytes, *begin, length + (is_ipv4 ? 96 : 0))));
  }
}

bool names_link_local(const std::vector<DestinationRule>& rules, std::uint16_t port,
                      const asio::ip::address& address) {
  return std::ranges::any_of(rules, [&](const DestinationRule& rule) {
    return rule.names_link_local() && rule.has_port(port) && rule.has_address(address);
  });
}

void check_destination(const std::vector<DestinationRule>& rules, std::string_view host, std::uint16_t port,
                       const Addresses& found) {
  const DestinationRules destinations(rules);
  const auto allowed = destinations.allowed(host, port, found).value_or(Addresses());
  if (!allowed.empty()) must_hold(destinations.may_allow(host, port).has_value());
  for (const auto& address : found) {
    const bool is_allowed = std::ranges::find(allowed, address) != allowed.end();
    must_hold(destinations.allowed(host, port, {address}).has_value() == is_allowed);
    if (is_allowed && is_link_local(address)) must_hold(names_link_local(rules, port, address));
    const bool is_fixed = destinations.without_link_local(host, port, {address}).has_value();
    must_hold(is_fixed == (!is_link_local(address) || names_link_local(rules, port, address)));
  }
  for (const auto& address : allowed) must_hold(std::ranges::find(found, address) != found.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = test::input_text(data, size);
  const auto first_rule = input.substr(0, input.find_first_of(" \n"));
  const auto rules = take_rules(input);
  const auto host = parse_host(test::take_until(input, '\n'));
  const auto port = parse_port(test::take_until(input, '\n'));
  const auto found = take_addresses(input, host.value_or(""));
  check_network(first_rule, found);
  if (host && port) check_destination(rules, *host, *port, found);
  return 0;
}
