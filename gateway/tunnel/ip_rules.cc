#include "gateway/tunnel/ip_rules.h"

#include <algorithm>

#include "common/routing/wildcard_index.h"
#include "common/text/ascii.h"
#include "common/text/quoted.h"

namespace otoroshi::gateway {
namespace {

bool may_stand_in_pattern(char c) {
  return is_digit(c) || ('a' <= c && c <= 'f') || c == '.' || c == ':' || c == '*';
}

bool has_match(const std::vector<IpPattern>& patterns, const asio::ip::address& address) {
  return std::ranges::any_of(patterns, [&](const IpPattern& pattern) { return pattern.matches(address); });
}

}  // namespace

Result<IpPattern> IpPattern::parse(std::string_view text) {
  if (auto network = IpNetwork::parse(text)) return IpPattern(*network);
  auto wildcard = ascii_lower(text);
  if (wildcard.contains('*') && std::ranges::all_of(wildcard, may_stand_in_pattern))
    return IpPattern(std::move(wildcard));
  return fail(ErrorCode::bad_input, Side::gateway,
              quoted(text) +
                  " is no address: \"10.0.0.1\", \"::1\", a network such as \"10.0.0.0/8\" or a pattern such "
                  "as \"10.0.*\" is wanted");
}

bool IpPattern::matches(const asio::ip::address& address) const {
  if (const auto* network = std::get_if<IpNetwork>(&pattern_)) return network->contains(address);
  auto plain = without_mapping(address);
  if (plain.is_v6())
    plain = asio::ip::address_v6(plain.to_v6().to_bytes());  // a zone is no part of a pattern
  return matches_wildcard(std::get<std::string>(pattern_), plain.to_string());
}

bool IpRules::admit(const asio::ip::address& client) const {
  return !has_match(blocked, client) &&
         std::ranges::all_of(allowed, [&](const auto& patterns) { return has_match(patterns, client); });
}

}  // namespace otoroshi::gateway
