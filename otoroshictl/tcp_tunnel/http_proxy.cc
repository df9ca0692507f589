#include "otoroshictl/tcp_tunnel/http_proxy.h"

#include <algorithm>
#include <charconv>

#include "common/auth/auth_headers.h"
#include "common/text/absolute_uri.h"
#include "common/text/ascii.h"
#include "common/text/http_text.h"
#include "common/text/percent.h"

namespace otoroshi::ctl {
namespace {

constexpr std::uint16_t http_port = 80;

std::string first_set(const Environment& environment, const char* name, const char* other) {
  auto value = environment(name);
  return value.empty() ? environment(other) : value;
}

std::unexpected<Error> unusable(std::string_view what) {
  // The value may hold a password.
  return fail(ErrorCode::bad_input, Side::client, std::string("HTTPS_PROXY: ").append(what));
}

bool is_this_machine(const HostPort& gateway) {
  const auto name = ascii_lower(gateway.host);
  if (name == "localhost" || name.ends_with(".localhost") || name == "::1") return true;
  return is_ipv4(name) && name.starts_with("127.");
}

// `http://user:password@proxy.example.com:3128/`, all but the host optional.
Result<HttpProxy> read_proxy(std::string_view text) {
  if (const auto uri = split_uri(text)) {
    if (!equal_ignoring_case(uri->scheme, "http"))
      return unusable("only proxies that are spoken to in plain HTTP are supported: http://HOST:PORT");
    text = uri->rest;
  }
  if (text.ends_with('/')) text.remove_suffix(1);
  HttpProxy proxy;
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    const auto user_info = text.substr(0, at);
    const auto colon = std::min(user_info.find(':'), user_info.size());
    const auto user = percent_decode(user_info.substr(0, colon));
    const auto password = percent_decode(user_info.substr(std::min(colon + 1, user_info.size())));
    if (!user || !password) return unusable("a % in user or password is written %25");
    proxy.authorization = basic_authorization(*user, *password);
    text.remove_prefix(at + 1);
  }
  auto address = parse_host_port(text, http_port);
  if (!address) return unusable("it is not of the form http://HOST:PORT");
  proxy.address = std::move(*address);
  return proxy;
}

// "10.0.0.0/8"
bool is_in_network(std::string_view network, const AddressBytes& address) {
  constexpr unsigned mapped_bits = 96;  // in front of an IPv4 address
  const auto slash = network.find('/');
  if (slash == std::string_view::npos) return false;
  const auto base = address_bytes(network.substr(0, slash));
  unsigned bits = 0;
  const auto digits = network.substr(slash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (!base || error != std::errc{} || end != digits.data() + digits.size()) return false;
  if (is_ipv4(network.substr(0, slash))) bits += mapped_bits;
  if (bits > address.size() * 8) return false;
  for (std::size_t index = 0; index < address.size() && bits > 0; ++index) {
    const unsigned compared = std::min(bits, 8u);
    if (((*base)[index] ^ address[index]) >> (8 - compared) != 0) return false;
    bits -= compared;
  }
  return true;
}

bool names(std::string_view entry, const HostPort& gateway) {
  if (entry == "*") return true;
  const auto address = address_bytes(gateway.host);
  if (address && is_in_network(entry, *address)) return true;
  if (entry.starts_with('*')) entry.remove_prefix(1);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  const auto named = parse_host_port(entry, gateway.port);
  if (!named || named->port != gateway.port) return false;
  if (address) return address_bytes(named->host) == address;
  const auto host = ascii_lower(gateway.host);
  const auto name = ascii_lower(named->host);
  return host == name || host.ends_with('.' + name);
}

}  // namespace

bool is_named_by_no_proxy(std::string_view no_proxy, const HostPort& gateway) {
  while (!no_proxy.empty())
    if (const auto entry = take_element(no_proxy, ','); !entry.empty() && names(entry, gateway)) return true;
  return false;
}

Result<std::optional<HttpProxy>> choose_proxy(const Environment& environment, const HostPort& gateway) {
  const auto text = first_set(environment, "https_proxy", "HTTPS_PROXY");
  if (text.empty() || is_this_machine(gateway)) return std::nullopt;
  if (is_named_by_no_proxy(first_set(environment, "no_proxy", "NO_PROXY"), gateway)) return std::nullopt;
  auto proxy = read_proxy(text);
  if (!proxy) return std::unexpected(std::move(proxy.error()));
  return std::optional(std::move(*proxy));
}

std::string connect_request(const HttpProxy& proxy, const HostPort& gateway) {
  const auto authority = to_text(gateway);
  auto request = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
  if (!proxy.authorization.empty()) request += "Proxy-Authorization: " + proxy.authorization + "\r\n";
  return request + "\r\n";
}

}  // namespace otoroshi::ctl
