#include "gateway/tunnel/ip_network.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <system_error>

namespace otoroshi::gateway {
namespace {

constexpr unsigned mapped_length = 96;  // of ::ffff:0:0/96, which holds all of IPv4
constexpr AddressBytes mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool agree(const AddressBytes& a, const AddressBytes& b, unsigned bits) {
  const auto whole = bits / 8;
  if (!std::ranges::equal(std::span(a).first(whole), std::span(b).first(whole))) return false;
  const auto rest = bits % 8;
  return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

bool is_ipv4(const AddressBytes& address, unsigned length) {
  return length >= mapped_length && agree(address, mapped_prefix, mapped_length);
}

AddressBytes bytes_of(const asio::ip::address& address) {
  if (address.is_v6()) return address.to_v6().to_bytes();
  auto bytes = mapped_prefix;
  std::ranges::copy(address.to_v4().to_bytes(), bytes.begin() + mapped_length / 8);
  return bytes;
}

std::optional<unsigned> parse_length(std::string_view text, unsigned most) {
  unsigned length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc{} || end != text.data() + text.size() || length > most) return std::nullopt;
  return length;
}

const IpNetwork& link_local_ipv4() {
  static const auto network = *IpNetwork::parse("169.254.0.0/16");
  return network;
}

const IpNetwork& link_local_ipv6() {
  static const auto network = *IpNetwork::parse("fe80::/10");
  return network;
}

}  // namespace

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address_text = text.substr(0, slash);
  const auto address = address_bytes(address_text);
  if (!address) return std::nullopt;
  if (slash == text.npos) return IpNetwork(*address, 128);
  const unsigned unwritten = otoroshi::is_ipv4(address_text) ? mapped_length : 0;
  const auto length = parse_length(text.substr(slash + 1), 128 - unwritten);
  if (!length) return std::nullopt;
  return IpNetwork(*address, *length + unwritten);
}

bool IpNetwork::contains(const asio::ip::address& address) const {
  return contains(IpNetwork(bytes_of(address), 128));
}

bool IpNetwork::contains(const IpNetwork& network) const {
  return network.length_ >= length_ &&
         is_ipv4(network.address_, network.length_) == is_ipv4(address_, length_) &&
         agree(network.address_, address_, length_);
}

bool is_link_local(const asio::ip::address& address) {
  return link_local_ipv4().contains(address) || link_local_ipv6().contains(address);
}

bool is_link_local(const IpNetwork& network) {
  return link_local_ipv4().contains(network) || link_local_ipv6().contains(network);
}

asio::ip::address without_mapping(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

}  // namespace otoroshi::gateway
