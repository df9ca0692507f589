// "IpAddressAllowedList" and "IpAddressBlockList": {"addresses": ["10.0.0.0/8", "192.168.1.*", "::1"]}.
// (pure)
#pragma once

#include <asio/ip/address.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/result.h"

namespace otoroshi::gateway {

class IpPattern {
 public:
  // An IP, a CIDR, or a text with `*`.
  static Result<IpPattern> parse(const std::string& text);
  bool matches(const asio::ip::address& address) const;  // v4-mapped IPv6 counts as IPv4

 private:
  using Network = std::pair<asio::ip::address, unsigned>;
  std::variant<Network, std::string> pattern_;
};

struct IpRules {
  std::vector<std::vector<IpPattern>> allowed;  // one list a plugin: each must have the address
  std::vector<IpPattern> blocked;

  bool admit(const asio::ip::address& client) const;
};

}  // namespace otoroshi::gateway
