// Where tunnels may lead. A route whose targets depend on the request says it in the config of its TcpTunnel:
//   "destinations": [{"host": "*.internal.com", "ports": "22,5432-5440"}, {"host": "10.20.0.0/16"}]
//
// `host` is one of
//   a name, or a wildcard over names: `*` stands for any characters. A name that it matches may be dialled at
//     all its addresses but link-local ones;
//   a network ("10.20.0.0/16", "fd00::/8") or an address: what lies in it may be dialled, whether the request
//     names the address or a name that has it;
//   `*` alone: every name and every address but link-local ones.
// So a wildcard never matches an address ("10.0.*" is refused: it would match the name "10.0.example.com").
//
// Link-local addresses (is_link_local) are never dialled unless a rule is a network *within* their range:
// neither "*" nor "0.0.0.0/0" means them. That holds for targets that the route fixes, too. (pure)
#pragma once

#include <asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "gateway/tunnel/ip_network.h"

namespace otoroshi::gateway {

class DestinationRule {
 public:
  // One "host" with its "ports"; without ports every port. The sentence says what is wrong.
  static Result<DestinationRule> parse(std::string_view host, std::optional<std::string_view> ports);

  bool has_port(std::uint16_t port) const;
  bool is_network() const { return network_.has_value(); }
  bool matches_name(std::string_view host) const;            // false for a network
  bool has_address(const asio::ip::address& address) const;  // false for a wildcard
  bool names_link_local() const { return network_ && is_link_local(*network_); }

 private:
  struct PortRange {
    std::uint16_t first, last;
  };
  static Result<std::vector<PortRange>> parse_ports(std::string_view text);

  std::string name_;  // in lower case, without a final dot; "" if this is a network
  std::optional<IpNetwork> network_;
  std::vector<PortRange> ports_;  // empty: every port
};

class DestinationRules {
 public:
  using Addresses = std::vector<asio::ip::address>;

  DestinationRules() = default;
  explicit DestinationRules(std::vector<DestinationRule> rules) : rules_(std::move(rules)) {}
  bool empty() const { return rules_.empty(); }

  // For a destination that a request chose: those of the addresses of `host` (a name, or an IP literal
  // without brackets) that may be dialled, never none. Fails (bad_input, client) with what is not allowed.
  Result<Addresses> allowed(std::string_view host, std::uint16_t port, const Addresses& addresses) const;
  // Whether resolving `host` could lead anywhere: asked before a client's name reaches the resolver. Fails
  // as allowed() would.
  Result<void> may_allow(std::string_view host, std::uint16_t port) const;

  // For a destination that the route fixes: all addresses but link-local ones that no rule names. Fails if
  // none is left.
  Result<Addresses> without_link_local(std::string_view host, std::uint16_t port,
                                       const Addresses& addresses) const;

 private:
  bool may_dial(std::string_view host, std::uint16_t port, const asio::ip::address& address) const;
  bool names_link_local(const asio::ip::address& address, std::uint16_t port) const;

  std::vector<DestinationRule> rules_;
};

}  // namespace otoroshi::gateway
