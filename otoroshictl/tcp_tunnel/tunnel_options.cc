#include "otoroshictl/tcp_tunnel/tunnel_options.h"

#include <algorithm>
#include <string_view>

#include "common/text/absolute_uri.h"
#include "common/text/ascii.h"
#include "common/text/duration.h"
#include "common/text/quoted.h"

namespace otoroshi::ctl {
namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

std::unexpected<Error> refuse(std::string_view option, std::string_view what) {
  return fail(ErrorCode::bad_input, Side::client, std::string(option).append(": ").append(what));
}

// The failure of a part, with the option that it is about.
template <class T>
std::unexpected<Error> in_option(std::string_view option, const Result<T>& failed) {
  return refuse(option, failed.error().sentence);
}

std::uint16_t usual_port(const TunnelArguments& arguments) {
  return arguments.tls ? https_port : http_port;
}

Result<HostPort> read_gateway(const TunnelArguments& arguments) {
  constexpr std::string_view option = "--host";
  const std::string_view text = arguments.host;
  if (const auto uri = split_uri(text)) {
    const bool tls = equal_ignoring_case(uri->scheme, "https") || equal_ignoring_case(uri->scheme, "wss");
    return refuse(
        option, "no scheme is wanted: write --host " + std::string(uri->authority()) + (tls ? " --tls" : ""));
  }
  if (const auto end = text.find_first_of("/?#"); end != std::string_view::npos)
    return refuse(option, "no path is wanted: write --host " + std::string(text.substr(0, end)));
  auto address = parse_host_port(text, usual_port(arguments));
  if (!address) return in_option(option, address);
  return address;
}

Result<std::uint16_t> read_local_port(const std::string& text) {
  if (text == "0") return std::uint16_t{0};
  auto port = parse_port(text);
  if (!port)
    return refuse(
        "--local-port",
        quoted(text) + " is not a port: a number from 1 to 65535 is wanted, or 0 for any that is free");
  return port;
}

Result<void> read_remote(const TunnelArguments& arguments, TunnelOptions& options) {
  if (arguments.remote_host) {
    auto host = parse_host(*arguments.remote_host);
    if (!host) return in_option("--remote-host", host);
    options.remote_host = std::move(*host);
  }
  if (arguments.remote_port) {
    const auto port = parse_port(*arguments.remote_port);
    if (!port) return in_option("--remote-port", port);
    options.remote_port = std::to_string(*port);
  }
  return {};
}

struct SecretOption {
  std::string_view option;
  const char* variable;
  std::optional<std::string> TunnelArguments::*given;
};
constexpr SecretOption client_id_option{"--apikey-client-id", "OTOROSHI_APIKEY_CLIENT_ID",
                                        &TunnelArguments::apikey_client_id};
constexpr SecretOption client_secret_option{"--apikey-client-secret", "OTOROSHI_APIKEY_CLIENT_SECRET",
                                            &TunnelArguments::apikey_client_secret};
constexpr SecretOption bearer_option{"--bearer-token", "OTOROSHI_BEARER_TOKEN",
                                     &TunnelArguments::bearer_token};
constexpr SecretOption session_option{"--session-token", "OTOROSHI_SESSION_TOKEN",
                                      &TunnelArguments::session_token};

Result<AccessType> read_access_type(std::string_view text) {
  const auto name = ascii_lower(text);
  if (name == "apikey") return AccessType::apikey;
  if (name == "bearer" || name == "jwt") return AccessType::bearer;
  if (name == "session") return AccessType::session;
  if (name == "public") return AccessType::open;
  return refuse("--access-type", quoted(text) + " is none: write apikey, bearer (or jwt), session or public");
}

class AccessReader {
 public:
  AccessReader(const TunnelArguments& arguments, const Environment& environment)
      : arguments_(arguments), environment_(environment) {}

  Result<Access> read() const {
    const auto type = read_access_type(arguments_.access_type);
    if (!type) return std::unexpected(type.error());
    Access access{.type = *type};
    switch (*type) {
      case AccessType::open:
        break;
      case AccessType::apikey:
        access.client_id = source(client_id_option);
        access.client_secret = source(client_secret_option);
        if (!access.client_id.is_given()) return missing(client_id_option);
        if (!access.client_secret.is_given()) return missing(client_secret_option);
        break;
      case AccessType::bearer:
        access.token = source(bearer_option);
        if (!access.token.is_given()) return missing(bearer_option);
        break;
      case AccessType::session:
        access.token = source(session_option);
        if (!access.token.is_given()) return missing(session_option);
        break;
    }
    return access;
  }

 private:
  SecretSource source(const SecretOption& secret) const {
    return {secret.option, (arguments_.*secret.given).value_or(environment_(secret.variable))};
  }

  std::unexpected<Error> missing(const SecretOption& secret) const {
    std::string what = "needs " + std::string(secret.option) + " (or the variable " + secret.variable + ')';
    if (arguments_.bearer_token && &secret != &bearer_option)
      what += "; --bearer-token goes with --access-type bearer";
    else if (arguments_.session_token && &secret != &session_option)
      what += "; --session-token goes with --access-type session";
    else
      what += "; a route without access rules is reached with --access-type public";
    return fail(ErrorCode::bad_input, Side::client, "--access-type " + arguments_.access_type + ' ' + what);
  }

  const TunnelArguments& arguments_;
  const Environment& environment_;
};

Result<std::chrono::milliseconds> read_connect_timeout(const std::string& text) {
  const bool is_seconds = !text.empty() && std::ranges::all_of(text, is_digit);
  auto limit = parse_duration(is_seconds ? text + "s" : text);
  if (!limit) return in_option("--connect-timeout", limit);
  if (limit->count() == 0) return refuse("--connect-timeout", "0 would leave no time at all");
  return limit;
}

Result<void> read_tls(const TunnelArguments& arguments, TunnelOptions& options) {
  options.insecure = arguments.insecure;
  options.ca_file = arguments.ca_file.value_or("");
  options.client_cert = arguments.client_cert.value_or("");
  options.client_key = arguments.client_key.value_or("");
  const bool asks_for_tls =
      arguments.insecure || arguments.ca_file || arguments.client_cert || arguments.client_key;
  if (asks_for_tls && !arguments.tls)
    return refuse("--ca-file, --insecure, --client-cert, --client-key", "have no effect without --tls");
  if (arguments.insecure && arguments.ca_file)
    return refuse("--insecure", "takes any certificate, so --ca-file has no effect: leave one of them out");
  if (options.client_cert.empty() != options.client_key.empty())
    return refuse("--client-cert", "and --client-key go together");
  return {};
}

}  // namespace

Result<TunnelOptions> to_options(const TunnelArguments& arguments, const Environment& environment) {
  TunnelOptions options;
  auto gateway = read_gateway(arguments);
  if (!gateway) return std::unexpected(std::move(gateway.error()));
  options.gateway = std::move(*gateway);
  options.gateway_text = arguments.host;
  const bool is_usual = options.gateway.port == usual_port(arguments);
  options.host_header = is_usual ? bracketed(options.gateway.host) : to_text(options.gateway);
  options.tls = arguments.tls;

  auto local_host = parse_host(arguments.local_host);
  if (!local_host) return in_option("--local-host", local_host);
  options.local_host = std::move(*local_host);
  const auto local_port = read_local_port(arguments.local_port);
  if (!local_port) return std::unexpected(local_port.error());
  options.local_port = *local_port;
  if (auto read = read_remote(arguments, options); !read) return std::unexpected(std::move(read.error()));

  auto access = AccessReader(arguments, environment).read();
  if (!access) return std::unexpected(std::move(access.error()));
  options.access = std::move(*access);

  if (auto read = read_tls(arguments, options); !read) return std::unexpected(std::move(read.error()));
  const auto connect_timeout = read_connect_timeout(arguments.connect_timeout);
  if (!connect_timeout) return std::unexpected(connect_timeout.error());
  options.connect_timeout = *connect_timeout;
  options.stdio = arguments.stdio;

  auto proxy = choose_proxy(environment, options.gateway);
  if (!proxy) return std::unexpected(std::move(proxy.error()));
  options.proxy = std::move(*proxy);
  return options;
}

std::string remote_text(const TunnelOptions& options) {
  const auto& host = options.remote_host;
  const auto& port = options.remote_port;
  if (host.empty() && port.empty()) return "(defined in otoroshi target)";
  if (port.empty()) return bracketed(host) + " (port defined in otoroshi target)";
  if (host.empty()) return "(host defined in otoroshi target):" + port;
  return bracketed(host) + ':' + port;
}

}  // namespace otoroshi::ctl
