#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "common/json/reader.h"
#include "common/model/tcp_service_check.h"
#include "common/text/host_port.h"

namespace otoroshi {
namespace {

constexpr AddressBytes any_ipv4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};  // ::ffff:0.0.0.0
constexpr AddressBytes any_ipv6{};                                                      // listens on IPv4 too

bool is_ipv4_mapped(const AddressBytes& address) {
  return std::equal(address.begin(), address.begin() + 12, any_ipv4.begin());
}

// Who listens on the addresses of one port. Of several services on one address the first stands for all.
class PortUse {
 public:
  // The service that already listens where `address` would; nullptr: nobody.
  const TcpService* holder_of(const AddressBytes& address) const {
    if (const auto same = by_address_.find(address); same != by_address_.end()) return same->second;
    if (address == any_ipv6) return first_;
    if (address == any_ipv4 && first_ipv4_) return first_ipv4_;
    const bool is_ipv4 = is_ipv4_mapped(address);
    if (const auto any = by_address_.find(any_ipv4); is_ipv4 && any != by_address_.end()) return any->second;
    const auto any = by_address_.find(any_ipv6);
    return any != by_address_.end() ? any->second : nullptr;
  }

  void add(const AddressBytes& address, const TcpService& service) {
    by_address_.try_emplace(address, &service);
    if (!first_) first_ = &service;
    if (!first_ipv4_ && is_ipv4_mapped(address)) first_ipv4_ = &service;
  }

 private:
  std::map<AddressBytes, const TcpService*> by_address_;
  const TcpService* first_ = nullptr;
  const TcpService* first_ipv4_ = nullptr;
};

// What keeps two services whose addresses overlap from sharing a port; "" if nothing does.
std::string obstacle(const TcpService& service, const TcpService& other) {
  if (service.interface != other.interface)
    return fmt::format("the interfaces {} and {} overlap but are not written the same", service.interface,
                       other.interface);
  if (!service.sni.enabled || !other.sni.enabled) return "not both have sni.enabled";
  if (service.tls != other.tls) return "their tls differs";
  if (service.client_auth != other.client_auth) return "their clientAuth differs";
  return {};
}

void check_port(const TcpService& service, PortUse& use, const JsonPlace& place) {
  const auto address = address_bytes(service.interface);
  if (!address) return;  // check() tells
  const auto* other = use.holder_of(*address);
  use.add(*address, service);
  if (!other) return;
  if (auto conflict = port_conflict(service, *other)) place.problem(std::move(*conflict));
}

}  // namespace

std::optional<std::string> port_conflict(const TcpService& service, const TcpService& other) {
  const auto why = obstacle(service, other);
  if (why.empty()) return std::nullopt;
  return fmt::format(
      "{} and {} cannot share port {}: {}; use another port, or the same interface, tls and clientAuth and "
      "sni.enabled in both",
      described(service), described(other), service.port, why);
}

bool interfaces_overlap(std::string_view one, std::string_view other) {
  const auto a = address_bytes(one), b = address_bytes(other);
  if (!a || !b) return false;  // check() tells
  const auto covers = [](const AddressBytes& all, const AddressBytes& some) {
    return all == some || all == any_ipv6 || (all == any_ipv4 && is_ipv4_mapped(some));
  };
  return covers(*a, *b) || covers(*b, *a);
}

Problems check_together(std::span<const TcpServicePtr> services) {
  Problems problems;
  const JsonPlace root(problems);
  std::unordered_map<std::uint16_t, PortUse> by_port;
  for (std::size_t i = 0; i < services.size(); ++i) {
    const auto& service = *services[i];
    if (!service.enabled) continue;
    const auto place = root / i;
    check_port(service, by_port[service.port], place / "port");
  }
  return problems;
}

}  // namespace otoroshi
