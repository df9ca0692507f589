#include "otoroshictl/tunnel_cli.h"

#include "otoroshictl/option_names.h"

namespace otoroshi::ctl {
namespace {

constexpr auto additional_group = "Additional options";

constexpr auto tunnel_footer = R"(Environment:
  OTOROSHI_APIKEY_CLIENT_ID, OTOROSHI_APIKEY_CLIENT_SECRET, OTOROSHI_BEARER_TOKEN, OTOROSHI_SESSION_TOKEN
          What the options of these names would say; the command line wins
  HTTPS_PROXY, NO_PROXY
          An HTTP proxy (http://[USER:PASSWORD@]HOST:PORT) on the way to the gateway, and for which hosts there is none

A secret may be written as @FILE: the file is read for every connection, so that a token in it can be refreshed.

Exit codes: 0 stopped by a signal, or the connection of --stdio has ended; 1 failure; 2 wrong usage;
            3 the local address is taken; 4 refused by the gateway (--stdio))";

// The specification's options, in its order and words.
void add_standard_options(CLI::App& command, TunnelArguments& arguments) {
  const auto add = [&command](const char* name, auto& value, const char* type, const char* doc) {
    return command.add_option(name, value, doc)->type_name(type)->group(standard_group);
  };
  add("--host", arguments.host, "HOST",
      "The Otoroshi routing hostname (e.g. myotoroshi.example.com or myotoroshi.example.com:9999)")
      ->required();
  command.add_flag("--tls", arguments.tls, "Use TLS (WSS) for the WebSocket connection to Otoroshi")
      ->group(standard_group);
  add("--local-host", arguments.local_host, "LOCAL_HOST", "Local address to listen on [default: 127.0.0.1]");
  add("--local-port", arguments.local_port, "LOCAL_PORT", "Local port to listen on [default: 2222]");
  add("--remote-host", arguments.remote_host, "REMOTE_HOST",
      "Remote host that Otoroshi should forward traffic to (optional if the Otoroshi target uses "
      "${remote_host})");
  add("--remote-port", arguments.remote_port, "REMOTE_PORT",
      "Remote port that Otoroshi should forward traffic to (optional if the Otoroshi target uses "
      "${remote_port})");
  add("--access-type", arguments.access_type, "ACCESS_TYPE",
      "Authentication type: apikey, bearer, session, or public [default: apikey]");
  add("--apikey-client-id", arguments.apikey_client_id, "APIKEY_CLIENT_ID",
      "API key client ID (for apikey access type)");
  add("--apikey-client-secret", arguments.apikey_client_secret, "APIKEY_CLIENT_SECRET",
      "API key client secret (for apikey access type)");
  add("--bearer-token", arguments.bearer_token, "BEARER_TOKEN",
      "Bearer token - JWT or OAuth access token (for bearer access type)");
  add("--session-token", arguments.session_token, "SESSION_TOKEN",
      "Private apps session token - papp token (for session access type)");
  command.set_help_flag(help_names, help_doc)->group(standard_group);
}

void add_additional_options(CLI::App& command, TunnelArguments& arguments, bool& verbose) {
  const auto add = [&command](const char* name, auto& value, const char* type, const char* doc) {
    return command.add_option(name, value, doc)->type_name(type)->group(additional_group);
  };
  const auto add_flag = [&command](const char* name, bool& value, const char* doc) {
    return command.add_flag(name, value, doc)->group(additional_group);
  };
  add_flag("--stdio", arguments.stdio,
           "Carry one connection on stdin and stdout instead of listening, for ssh's ProxyCommand")
      ->excludes("--local-host")
      ->excludes("--local-port");
  add("--connect-timeout", arguments.connect_timeout, "DURATION",
      "How long a connection may take to reach the remote service, e.g. 500ms or 10s [default: 10s]");
  add("--ca-file", arguments.ca_file, "FILE",
      "Authorities that the gateway's certificate is checked against, in PEM [default: the system's]");
  add_flag("--insecure", arguments.insecure, "Take any certificate of the gateway");
  add("--client-cert", arguments.client_cert, "FILE",
      "Our certificate with its chain, in PEM, for gateways that ask for one");
  add("--client-key", arguments.client_key, "FILE", "The private key of --client-cert, in PEM");
  add_flag(verbose_names, verbose, verbose_doc);
}

}  // namespace

CLI::App& add_tunnel_command(CLI::App& app, TunnelArguments& arguments, bool& verbose) {
  auto& command = *app.add_subcommand(
      tunnel_command, "Tunnel TCP traffic through an otoroshi cluster (e.g. expose SSH via Otoroshi)");
  command.alias("tt");
  command.group("Tunnels");
  command.set_help_flag();  // CLI11 lists options as they are added, and this one comes last
  add_standard_options(command, arguments);
  add_additional_options(command, arguments, verbose);
  command.footer(tunnel_footer);
  return command;
}

}  // namespace otoroshi::ctl
