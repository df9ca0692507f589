// What `otoroshictl tcp-tunnel` was asked to do: the texts of its command line, and the values that they
// mean. (pure)
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/text/host_port.h"
#include "otoroshictl/environment.h"
#include "otoroshictl/tcp_tunnel/credentials.h"
#include "otoroshictl/tcp_tunnel/http_proxy.h"

namespace otoroshi::ctl {

// As they were written, with the defaults of the specification. nullopt: not given.
struct TunnelArguments {
  std::string host;
  bool tls = false;
  std::string local_host = "127.0.0.1";
  std::string local_port = "2222";
  std::optional<std::string> remote_host;
  std::optional<std::string> remote_port;
  std::string access_type = "apikey";
  std::optional<std::string> apikey_client_id;
  std::optional<std::string> apikey_client_secret;
  std::optional<std::string> bearer_token;
  std::optional<std::string> session_token;

  std::optional<std::string> ca_file;
  bool insecure = false;
  std::optional<std::string> client_cert;
  std::optional<std::string> client_key;
  std::string connect_timeout = "10s";
  bool stdio = false;
};

struct TunnelOptions {
  HostPort gateway;
  std::string gateway_text;  // as it was written
  std::string host_header;   // without the port if that is the scheme's own (RFC 9110 section 7.2)
  bool tls = false;
  std::string local_host;
  std::uint16_t local_port = 0;  // 0: the kernel chooses one
  std::string remote_host;       // "": the route knows it
  std::string remote_port;
  Access access;

  std::string ca_file;  // "": the system's authorities
  bool insecure = false;
  std::string client_cert;  // PEM files; "": none
  std::string client_key;
  std::chrono::milliseconds connect_timeout{};  // for all that happens before the gateway's 101
  bool stdio = false;
  std::optional<HttpProxy> proxy;
};

// Fails (bad_input) with a sentence that names the option and says what to write instead. Reads no files.
Result<TunnelOptions> to_options(const TunnelArguments& arguments, const Environment& environment);

// "ssh.internal.com:22", "(defined in otoroshi target)"
std::string remote_text(const TunnelOptions& options);

}  // namespace otoroshi::ctl
