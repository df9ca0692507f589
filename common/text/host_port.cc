#include "common/text/host_port.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include "common/text/ascii.h"
#include "common/text/quoted.h"

namespace otoroshi {
namespace {

constexpr std::size_t longest_name = 253;  // RFC 1035 section 2.3.4, in text form and without the final dot
constexpr std::size_t longest_label = 63;

// Writes 4 or 16 bytes, by family; false leaves them undefined.
bool read_address(int family, std::string_view text, std::uint8_t* bytes) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.contains('\0')) return false;
  std::ranges::copy(text, terminated.begin());
  return inet_pton(family, terminated.data(), bytes) == 1;
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= longest_label && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
}

bool looks_like_a_number(std::string_view label) {
  return std::ranges::all_of(label, is_digit) || label.starts_with("0x") || label.starts_with("0X");
}

bool is_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.size() > longest_name) return false;
  while (true) {
    const auto dot = text.find('.');
    const auto label = text.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == text.npos) return !looks_like_a_number(label);
    text.remove_prefix(dot + 1);
  }
}

std::unexpected<Error> bad(std::string sentence) {
  return fail(ErrorCode::bad_input, Side::client, std::move(sentence));
}

}  // namespace

std::optional<AddressBytes> address_bytes(std::string_view text) {
  AddressBytes bytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (read_address(AF_INET, text, bytes.data() + 12) || read_address(AF_INET6, text, bytes.data()))
    return bytes;
  return std::nullopt;
}

bool is_ipv4(std::string_view text) {
  AddressBytes ignored;
  return read_address(AF_INET, text, ignored.data());
}

bool is_ipv6(std::string_view text) {
  AddressBytes ignored;
  return read_address(AF_INET6, text, ignored.data());
}

bool is_ip_literal(std::string_view text) {
  return is_ipv4(text) || is_ipv6(text);
}

Result<std::string> parse_host(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    const auto inside = text.substr(1, text.size() - 2);
    if (is_ipv6(inside)) return std::string(inside);
  } else if (is_ip_literal(text) || is_name(text)) {
    return std::string(text);
  }
  return bad(quoted(text) + " is not a host: a DNS name, an IPv4 address or an IPv6 address is wanted");
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
    return bad(quoted(text) + " is not a port: a number from 1 to 65535 is wanted");
  }
  return port;
}

Result<HostPort> parse_host_port(std::string_view text, std::optional<std::uint16_t> default_port) {
  const auto colon = text.rfind(':');
  const bool is_bare_ipv6 = is_ipv6(text);
  const bool has_port = colon != text.npos && !is_bare_ipv6 && !text.ends_with(']');
  if (!has_port && !default_port) {
    const auto wanted = is_bare_ipv6 ? "\"[" + std::string(text) + "]:PORT\"" : std::string("\"HOST:PORT\"");
    return bad(quoted(text) + " names no port: write " + wanted);
  }
  const auto host_text = has_port ? text.substr(0, colon) : text;
  if (host_text.contains(':') && !host_text.starts_with('[') && !is_bare_ipv6) {
    return bad(quoted(text) +
               " is ambiguous: an IPv6 address before a port stands in brackets, as in \"[::1]:22\"");
  }
  auto host = parse_host(host_text);
  if (!host) return std::unexpected(std::move(host.error()));
  if (!has_port) return HostPort{std::move(*host), *default_port};
  auto port = parse_port(text.substr(colon + 1));
  if (!port) return std::unexpected(std::move(port.error()));
  return HostPort{std::move(*host), *port};
}

std::string bracketed(std::string_view host) {
  return host.contains(':') ? '[' + std::string(host) + ']' : std::string(host);
}

std::string to_text(const HostPort& address) {
  return bracketed(address.host) + ':' + std::to_string(address.port);
}

}  // namespace otoroshi
