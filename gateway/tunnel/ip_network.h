// An IP network such as "10.0.0.0/8" or "fe80::/10", or a single address. (pure)
// IPv4 and IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2) are one family: the kernel reaches the same host by
// either, so a rule about one must hold for the other. Apart from that "::/0" has no IPv4 address in it.
#pragma once

#include <asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/text/host_port.h"

namespace otoroshi::gateway {

class IpNetwork {
 public:
  // nullopt: neither an address nor ADDRESS/LENGTH. Bits of the address behind the length do not matter.
  static std::optional<IpNetwork> parse(std::string_view text);

  bool contains(const asio::ip::address& address) const;
  bool contains(const IpNetwork& network) const;  // all of it

 private:
  IpNetwork(const AddressBytes& address, unsigned length) : address_(address), length_(length) {}

  AddressBytes address_;
  unsigned length_;  // in bits of the 16 bytes: 96 more than is written for IPv4
};

// 169.254.0.0/16 (RFC 3927) and fe80::/10 (RFC 4291 section 2.5.6): where clouds keep the credentials of
// their machines.
bool is_link_local(const asio::ip::address& address);
bool is_link_local(const IpNetwork& network);  // all of it

// IPv4-mapped IPv6 as the IPv4 address that it means.
asio::ip::address without_mapping(const asio::ip::address& address);

}  // namespace otoroshi::gateway
