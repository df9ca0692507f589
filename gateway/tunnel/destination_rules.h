// Where a request may send a tunnel: TcpTunnel's "destinations": [{"host": "*.internal.com", "ports":
// "22,5432-5440"}]. (pure)
#pragma once

#include <asio/ip/address.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace otoroshi::gateway {

// A wildcard over names, or a network.
struct DestinationRule {
  struct PortRange {
    std::uint16_t first = 1;
    std::uint16_t last = 65535;
  };
  std::string host;                                               // lower case; "" if `network` is set
  std::optional<std::pair<asio::ip::address, unsigned>> network;  // address and prefix length
  std::vector<PortRange> ports;                                   // empty: every port

  bool has_port(std::uint16_t port) const;
};

class DestinationRules {
 public:
  DestinationRules() = default;
  explicit DestinationRules(std::vector<DestinationRule> rules) : rules_(std::move(rules)) {}
  bool empty() const { return rules_.empty(); }

  // Of the addresses that `host` (a name, or an IP literal without brackets) has, those that may be dialled;
  // never empty. A name that a wildcard allows brings all its addresses, but link-local ones (169.254.0.0/16,
  // fe80::/10, also v4-mapped) only where a network names them. Fails (bad_input, client) with what is not
  // allowed.
  Result<std::vector<asio::ip::address>> allowed(const std::string& host, std::uint16_t port,
                                                 const std::vector<asio::ip::address>& addresses) const;
  // Whether resolving `host` can lead anywhere: asked before a name of the client's reaches the resolver.
  bool may_allow(const std::string& host, std::uint16_t port) const;

 private:
  std::vector<DestinationRule> rules_;
};

// One "host" with its "ports"; the sentence says what is wrong.
Result<DestinationRule> parse_destination(std::string_view host, std::string_view ports);
// For destinations that the route fixes: link-local addresses are left out; fails if none is left.
Result<std::vector<asio::ip::address>> without_link_local(const std::string& host,
                                                          const std::vector<asio::ip::address>& addresses);

}  // namespace otoroshi::gateway
