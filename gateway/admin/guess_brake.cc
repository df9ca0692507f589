#include "gateway/admin/guess_brake.h"

#include <algorithm>

#include "common/text/host_port.h"

namespace otoroshi::gateway {
namespace {

constexpr std::size_t ipv6_network_bytes = 8;
constexpr std::string_view ipv4_prefix("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);  // RFC 4291 section 2.5.5.2

// The bytes of an IPv4 address, or of an IPv6 address's network.
std::string client_of(std::string_view address) {
  const auto bytes = address_bytes(address);
  if (!bytes) return std::string(address);
  const std::string text(bytes->begin(), bytes->end());
  return text.starts_with(ipv4_prefix) ? text : text.substr(0, ipv6_network_bytes);
}

}  // namespace

void GuessBrake::failed(std::string_view address, Clock::time_point now) {
  auto client = client_of(address);
  const auto known = by_client_.find(client);
  auto forgiven = now;
  if (known != by_client_.end()) {
    forgiven = std::max(now, known->second->forgiven);
    by_age_.erase(known->second);
    by_client_.erase(known);
  }
  forgiven = std::min(forgiven + forgiving_takes, now + remembered_failures * forgiving_takes);
  by_age_.push_front({client, forgiven});
  by_client_.emplace(std::move(client), by_age_.begin());
  if (by_age_.size() <= addresses_at_most) return;
  by_client_.erase(by_age_.back().client);
  by_age_.pop_back();
}

bool GuessBrake::is_slow(std::string_view address, Clock::time_point now) const {
  const auto known = by_client_.find(client_of(address));
  return known != by_client_.end() && known->second->forgiven > now + (free_failures - 1) * forgiving_takes;
}

bool GuessBrake::try_wait(std::string_view address) {
  auto& count = waiting_[client_of(address)];
  if (count >= waiting_at_most) return false;
  ++count;
  return true;
}

void GuessBrake::leave(std::string_view address) {
  const auto known = waiting_.find(client_of(address));
  if (known != waiting_.end() && --known->second == 0) waiting_.erase(known);
}

}  // namespace otoroshi::gateway
