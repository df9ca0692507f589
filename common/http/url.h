// URLs of HTTP servers that our programs ask (RFC 9110 section 4.2). (pure)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/text/host_port.h"

namespace otoroshi {

struct HttpUrl {
  bool tls = false;
  HostPort address;
  std::string target = "/";  // path and query
};

// "https://HOST[:PORT][/PATH][?QUERY]", http likewise. nullopt: another scheme, or no usable address; user
// and password in front of the host are not taken.
std::optional<HttpUrl> parse_http_url(std::string_view url);

}  // namespace otoroshi
