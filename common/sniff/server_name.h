// The one spelling of a host name that routing and certificates compare: lower case, no trailing dot.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace otoroshi {

// nullopt if `name` is empty, longer than 255 bytes or has a byte outside [A-Za-z0-9._-]. The underscore is
// not in DNS's letters but is in use. An IPv4 address passes: RFC 6066 forbids it as a server name, yet
// clients send it, OpenSSL takes it, and a rule may be meant for it.
std::optional<std::string> normalised_server_name(std::string_view name);

}  // namespace otoroshi
