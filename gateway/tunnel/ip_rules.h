// The plugins IpAddressAllowedList and IpAddressBlockList: {"addresses": ["10.0.0.0/8", "192.168.1.*",
// "::1"]}. (pure)
#pragma once

#include <asio/ip/address.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/result.h"
#include "gateway/tunnel/ip_network.h"

namespace otoroshi::gateway {

class IpPattern {
 public:
  // An address, a network, or a text in which `*` stands for any characters; it is compared with the address
  // as it is usually written ("10.0.0.1", "2001:db8::1"). Fails on what no address could match.
  static Result<IpPattern> parse(std::string_view text);

  bool matches(const asio::ip::address& address) const;  // IPv4-mapped IPv6 counts as IPv4

 private:
  using Pattern = std::variant<IpNetwork, std::string>;
  explicit IpPattern(Pattern pattern) : pattern_(std::move(pattern)) {}

  Pattern pattern_;
};

struct IpRules {
  std::vector<std::vector<IpPattern>> allowed;  // one list a plugin: each must have the address
  std::vector<IpPattern> blocked;

  bool admit(const asio::ip::address& client) const;
};

}  // namespace otoroshi::gateway
