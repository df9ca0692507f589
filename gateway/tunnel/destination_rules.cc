#include "gateway/tunnel/destination_rules.h"

#include <algorithm>
#include <iterator>

#include "common/routing/wildcard_index.h"
#include "common/text/ascii.h"
#include "common/text/host_port.h"
#include "common/text/quoted.h"

namespace otoroshi::gateway {
namespace {

using Addresses = DestinationRules::Addresses;

std::unexpected<Error> bad_rule(std::string sentence) {
  return fail(ErrorCode::bad_input, Side::gateway, std::move(sentence));
}

std::unexpected<Error> not_allowed(std::string_view host, std::uint16_t port) {
  return fail(ErrorCode::bad_input, Side::client,
              "this route does not allow " + quoted(host) + " port " + std::to_string(port) +
                  ": it would have to be among the \"destinations\" of its TcpTunnel plugin");
}

std::unexpected<Error> only_link_local(std::string_view host) {
  return fail(ErrorCode::bad_input, Side::client,
              quoted(host) +
                  " has only link-local addresses (169.254.0.0/16, fe80::/10), which are not dialled unless "
                  "a network in the \"destinations\" of the route's TcpTunnel plugin names them");
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string_view without_final_dot(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

bool looks_like_addresses(std::string_view wildcard) {
  return wildcard.contains(':') ||
         (std::ranges::any_of(wildcard, is_digit) &&
          std::ranges::all_of(wildcard, [](char c) { return is_digit(c) || c == '.' || c == '*'; }));
}

// A name in which `*` may stand anywhere.
bool is_name_pattern(std::string_view text) {
  auto with_letters = std::string(text);
  std::ranges::replace(with_letters, '*', 'a');
  return parse_host(with_letters).has_value();
}

template <class Predicate>
Addresses only_those(const Addresses& addresses, Predicate wanted) {
  Addresses kept;
  std::ranges::copy_if(addresses, std::back_inserter(kept), wanted);
  return kept;
}

}  // namespace

Result<DestinationRule> DestinationRule::parse(std::string_view host, std::optional<std::string_view> ports) {
  DestinationRule rule;
  if (ports) {
    auto ranges = parse_ports(*ports);
    if (!ranges) return std::unexpected(std::move(ranges.error()));
    rule.ports_ = std::move(*ranges);
  }
  rule.network_ = IpNetwork::parse(host);
  if (rule.network_) return rule;
  if (looks_like_addresses(host)) {
    return bad_rule(quoted(host) + " is no network: write it as in \"10.20.0.0/16\" or \"fd00::/8\"");
  }
  if (!is_name_pattern(host)) {
    return bad_rule(quoted(host) +
                    " is no destination: a name, a wildcard such as \"*.internal.com\", an address or a "
                    "network such as \"10.20.0.0/16\" is wanted");
  }
  rule.name_ = ascii_lower(without_final_dot(host));
  return rule;
}

Result<std::vector<DestinationRule::PortRange>> DestinationRule::parse_ports(std::string_view text) {
  std::vector<PortRange> ranges;
  while (true) {
    const auto comma = text.find(',');
    const auto item = trimmed(text.substr(0, comma));
    const auto dash = item.find('-');
    const auto first = parse_port(trimmed(item.substr(0, dash)));
    const auto last = dash == item.npos ? first : parse_port(trimmed(item.substr(dash + 1)));
    if (!first || !last || *first > *last) {
      return bad_rule(
          quoted(item) +
          " is no port and no range of ports: write \"22\", \"5432-5440\" or several of them with "
          "commas between, and leave \"ports\" out to allow every port");
    }
    ranges.push_back({*first, *last});
    if (comma == text.npos) return ranges;
    text.remove_prefix(comma + 1);
  }
}

bool DestinationRule::has_port(std::uint16_t port) const {
  return ports_.empty() || std::ranges::any_of(ports_, [port](const PortRange& range) {
           return range.first <= port && port <= range.last;
         });
}

bool DestinationRule::matches_name(std::string_view host) const {
  if (network_) return false;
  if (name_ == "*") return true;
  return !is_ip_literal(host) && matches_wildcard(name_, ascii_lower(without_final_dot(host)));
}

bool DestinationRule::has_address(const asio::ip::address& address) const {
  return network_ && network_->contains(address);
}

bool DestinationRules::names_link_local(const asio::ip::address& address, std::uint16_t port) const {
  return std::ranges::any_of(rules_, [&](const DestinationRule& rule) {
    return rule.has_port(port) && rule.names_link_local() && rule.has_address(address);
  });
}

bool DestinationRules::may_dial(std::string_view host, std::uint16_t port,
                                const asio::ip::address& address) const {
  if (is_link_local(address)) return names_link_local(address, port);
  return std::ranges::any_of(rules_, [&](const DestinationRule& rule) {
    return rule.has_port(port) && (rule.matches_name(host) || rule.has_address(address));
  });
}

Result<void> DestinationRules::may_allow(std::string_view host, std::uint16_t port) const {
  if (is_ip_literal(host)) {
    const auto dialled = allowed(host, port, {asio::ip::make_address(host)});
    if (!dialled) return std::unexpected(dialled.error());
    return {};
  }
  const auto may_match = [&](const DestinationRule& rule) {
    return rule.has_port(port) && (rule.is_network() || rule.matches_name(host));
  };
  if (std::ranges::none_of(rules_, may_match)) return not_allowed(host, port);
  return {};
}

Result<Addresses> DestinationRules::allowed(std::string_view host, std::uint16_t port,
                                            const Addresses& addresses) const {
  auto kept = only_those(addresses, [&](const auto& address) { return may_dial(host, port, address); });
  if (!kept.empty()) return kept;
  if (!addresses.empty() && std::ranges::all_of(addresses, [](const auto& a) { return is_link_local(a); }))
    return only_link_local(host);
  return not_allowed(host, port);
}

Result<Addresses> DestinationRules::without_link_local(std::string_view host, std::uint16_t port,
                                                       const Addresses& addresses) const {
  auto kept = only_those(addresses, [&](const auto& address) {
    return !is_link_local(address) || names_link_local(address, port);
  });
  if (kept.empty()) return only_link_local(host);
  return kept;
}

}  // namespace otoroshi::gateway
