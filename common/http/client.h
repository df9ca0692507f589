// One request over HTTP/1.1, http or https, for what our programs themselves ask others: the gateway's
// fetching of key sets, otoroshictl's admin commands. Nothing of the server's answer is trusted: head, body
// and time are bounded.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "common/base/result.h"
#include "common/http/url.h"

namespace otoroshi {

struct HttpRequest {
  std::string method = "GET";
  HttpUrl url;
  std::map<std::string, std::string> headers;  // besides Host, Connection and Content-Length
  std::string body = {};
  std::string ca_file = {};  // PEM, whom the certificate is checked against; "": the system's authorities
  bool trust_all = false;    // take any certificate
  std::chrono::milliseconds limit{};  // for everything together
  std::size_t max_body = 0;           // of the answer, in bytes
};

struct HttpAnswer {
  unsigned status = 0;
  std::map<std::string, std::string> headers = {};  // names in lower case
  std::string body;
};

// Does not follow redirects. Blocks, so never on a worker; any other thread. Fails (limit, target) on a body
// that is larger than allowed, else with what went wrong.
Result<HttpAnswer> http_exchange(const HttpRequest& request);

}  // namespace otoroshi
