// One GET over HTTP/1.1, http or https, for what the gateway itself fetches. Nothing of the server's answer
// is trusted: head, body and time are bounded.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "common/base/result.h"
#include "common/text/host_port.h"

namespace otoroshi::gateway {

struct HttpGet {
  HostPort address;
  bool tls = false;    // the certificate is checked against the system's authorities
  std::string target;  // path and query
  std::map<std::string, std::string> headers;
  std::chrono::milliseconds limit{};  // for everything together
  std::size_t max_body = 0;           // bytes
};

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

// Does not follow redirects. Blocks, so never on a worker; any other thread. Fails (limit) on a body that is
// larger than allowed, else with what went wrong.
Result<HttpAnswer> http_get(const HttpGet& request);

}  // namespace otoroshi::gateway
