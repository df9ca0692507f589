#include "common/net/proxy_protocol.h"

#include <asio/ip/address.hpp>
#include <cstdint>
#include <string_view>

#include "common/base/bytes.h"

namespace otoroshi {
namespace {

using Endpoint = asio::ip::tcp::endpoint;
using namespace std::string_view_literals;

// Section 2.2: the signature holds a NUL, and no HTTP, SMTP or other text protocol begins with it.
constexpr auto v2_signature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr char v2_local = 0x20;   // version 2, command LOCAL: the receiver uses the socket's own addresses
constexpr char v2_proxy = 0x21;   // version 2, command PROXY
constexpr char v2_unspec = 0x00;  // address family and transport
constexpr char v2_tcp4 = 0x11;
constexpr char v2_tcp6 = 0x21;

// Both addresses of one family, which the wire format demands.
struct AddressPair {
  enum class Family : std::uint8_t { unknown, ipv4, ipv6 } family = Family::unknown;
  asio::ip::address source, destination;
};

bool has_ipv4(const asio::ip::address& address) {
  return address.is_v4() || address.to_v6().is_v4_mapped();
}

asio::ip::address as_ipv4(const asio::ip::address& address) {
  if (address.is_v4()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

asio::ip::address as_ipv6(const asio::ip::address& address) {
  if (address.is_v4()) return asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4());
  return asio::ip::address_v6(
      address.to_v6().to_bytes());  // without scope: an interface name means nothing elsewhere
}

AddressPair in_one_family(const asio::ip::address& source, const asio::ip::address& destination) {
  bool both_ipv4 = has_ipv4(source) && has_ipv4(destination);
  AddressPair pair;
  pair.source = both_ipv4 ? as_ipv4(source) : as_ipv6(source);
  pair.destination = both_ipv4 ? as_ipv4(destination) : as_ipv6(destination);
  if (pair.source.is_unspecified() || pair.destination.is_unspecified()) return pair;
  pair.family = both_ipv4 ? AddressPair::Family::ipv4 : AddressPair::Family::ipv6;
  return pair;
}

std::string v1_header(const AddressPair& pair, std::uint16_t source_port, std::uint16_t destination_port) {
  if (pair.family == AddressPair::Family::unknown) return "PROXY UNKNOWN\r\n";
  auto family = pair.family == AddressPair::Family::ipv4 ? "TCP4 "sv : "TCP6 "sv;
  return std::string("PROXY ").append(family) + pair.source.to_string() + ' ' + pair.destination.to_string() +
         ' ' + std::to_string(source_port) + ' ' + std::to_string(destination_port) + "\r\n";
}

void append_address(std::string& out, const asio::ip::address& address) {
  auto append = [&out](const auto& bytes) { out.append(bytes.begin(), bytes.end()); };
  if (address.is_v4()) {
    append(address.to_v4().to_bytes());
  } else {
    append(address.to_v6().to_bytes());
  }
}

std::string v2_header(const AddressPair& pair, std::uint16_t source_port, std::uint16_t destination_port) {
  std::string header(v2_signature);
  if (pair.family == AddressPair::Family::unknown) {
    header += v2_local;
    header += v2_unspec;
    append_u16(header, 0);
    return header;
  }
  std::string addresses;
  append_address(addresses, pair.source);
  append_address(addresses, pair.destination);
  append_u16(addresses, source_port);
  append_u16(addresses, destination_port);

  header += v2_proxy;
  header += pair.family == AddressPair::Family::ipv4 ? v2_tcp4 : v2_tcp6;
  append_u16(header, static_cast<std::uint16_t>(addresses.size()));
  return header + addresses;
}

}  // namespace

std::string proxy_header(ProxyProtocol version, const Endpoint& source, const Endpoint& destination) {
  if (version == ProxyProtocol::none) return {};
  auto pair = in_one_family(source.address(), destination.address());
  return version == ProxyProtocol::v1 ? v1_header(pair, source.port(), destination.port())
                                      : v2_header(pair, source.port(), destination.port());
}

}  // namespace otoroshi
