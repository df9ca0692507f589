// Hosts, ports and "host:port" as people write them. Everything that a user or a peer may write as an address
// goes through here: settings, command lines, Host headers, the tunnel's query.
// A host is always kept without brackets ("::1"); brackets are put back where text is made.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace otoroshi {

struct HostPort {
  std::string host;  // DNS name, IPv4, or IPv6 without brackets
  std::uint16_t port = 0;

  friend bool operator==(const HostPort&, const HostPort&) = default;
};

// The 16 bytes of an address (network order), IPv4 as IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2), so that
// different spellings of one address are equal. nullopt: not an IP literal.
using AddressBytes = std::array<std::uint8_t, 16>;
std::optional<AddressBytes> address_bytes(std::string_view text);

// IPv4 in dotted form, IPv6 without brackets and zone. Never a name, so never anything that must be resolved.
bool is_ipv4(std::string_view text);
bool is_ipv6(std::string_view text);
bool is_ip_literal(std::string_view text);

// A DNS name (RFC 1123, plus the underscore that container names have; a final dot is allowed), IPv4, IPv6
// with or without brackets. The name is returned as written. Names that end in a number ("127.1",
// "0x7f000001") are refused: getaddrinfo takes them for addresses, past every rule about addresses.
Result<std::string> parse_host(std::string_view text);

// 1-65535 in plain digits.
Result<std::uint16_t> parse_port(std::string_view text);

// "name:22", "10.0.0.1:22", "[::1]:22"; with a default port also "name", "10.0.0.1", "[::1]" and "::1".
Result<HostPort> parse_host_port(std::string_view text,
                                 std::optional<std::uint16_t> default_port = std::nullopt);

// "name:22", "[::1]:22": parse_host_port() reads it back.
std::string to_text(const HostPort& address);

// The host as it stands in front of a port: IPv6 gets its brackets.
std::string bracketed(std::string_view host);

}  // namespace otoroshi
