// Which HTTP proxy stands between us and the gateway, as HTTPS_PROXY and NO_PROXY tell it (lower case names
// come first, as everywhere). (pure)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/text/host_port.h"
#include "otoroshictl/environment.h"

namespace otoroshi::ctl {

struct HttpProxy {
  HostPort address;
  std::string authorization = {};  // value of Proxy-Authorization; "": none

  friend bool operator==(const HttpProxy&, const HttpProxy&) = default;
};

// nullopt: the gateway is reached directly. It is so, too, on this machine ("localhost", 127.0.0.0/8, ::1):
// no proxy reaches what listens there. Fails (bad_input) on a proxy of another kind than "http://".
Result<std::optional<HttpProxy>> choose_proxy(const Environment& environment, const HostPort& gateway);

// Whether NO_PROXY names the host: "*" is every host; "example.com", ".example.com" and "*.example.com" a
// name with all below it; addresses and networks ("10.0.0.0/8") as they are; each with or without ":port".
bool is_named_by_no_proxy(std::string_view no_proxy, const HostPort& gateway);

// The request that asks the proxy for a connection (RFC 9110 section 9.3.6).
std::string connect_request(const HttpProxy& proxy, const HostPort& gateway);

}  // namespace otoroshi::ctl
