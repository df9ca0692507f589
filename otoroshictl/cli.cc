#include "otoroshictl/cli.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <sstream>
#include <string_view>

#include <CLI/CLI.hpp>

#include "common/text/nearest.h"
#include "common/text/quoted.h"
#include "otoroshictl/help_formatter.h"

namespace otoroshi::ctl {
namespace {

constexpr int exit_wrong_usage = 2;
constexpr auto tunnel_command = "tcp-tunnel";
constexpr auto standard_group = "Options";
constexpr auto additional_group = "Additional options";
constexpr auto verbose_names = "-v,--verbose";
constexpr auto verbose_doc = "Log more";

constexpr std::array<std::string_view, 4> secret_options = {"--apikey-client-id", "--apikey-client-secret",
                                                            "--bearer-token", "--session-token"};

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
  command.set_help_flag("-h,--help", "Print help")->group(standard_group);
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

PrintAndExit wrong_usage(std::string_view command, std::string_view sentence) {
  const auto name = command.empty() ? std::string("otoroshictl") : "otoroshictl " + std::string(command);
  return {name + ": " + std::string(sentence) + "\nTry " + name + " --help.\n", exit_wrong_usage};
}

// What belongs to no option may be the value of one that is mistyped, and a secret: it is not shown.
std::string unexpected_text(const CLI::App& app, const CLI::App& command) {
  std::vector<std::string_view> known;
  for (const auto* option : command.get_options())
    if (!option->get_lnames().empty()) known.push_back(option->get_lnames().front());
  const auto extras = app.remaining(true);
  for (const auto& extra : extras) {
    const auto name = std::string_view(extra).substr(0, extra.find('='));
    if (!name.starts_with('-')) continue;
    const auto meant = nearest(name.substr(std::min(name.find_first_not_of('-'), name.size())), known);
    return quoted(name) + " is no option" +
           (meant ? ", did you mean --" + std::string(*meant) + "?" : std::string());
  }
  return "there is a word that belongs to no option or command";
}

PrintAndExit print_of(const CLI::App& app, std::string_view command, const CLI::ParseError& outcome) {
  std::ostringstream out, error;
  if (app.exit(outcome, out, error) == 0) return {out.str(), 0};
  return wrong_usage(command, outcome.what());
}

}  // namespace

std::variant<TunnelCommand, PrintAndExit> read_command_line(std::vector<std::string> arguments,
                                                            const Environment& environment) {
  TunnelArguments tunnel;
  bool verbose = false;
  CLI::App app("Command line client of the Otoroshi TCP gateway", "otoroshictl");
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "Print help")->group(standard_group);
  app.set_version_flag("--version", "otoroshictl " OTOROSHI_VERSION, "Print version")->group(standard_group);
  app.add_flag(verbose_names, verbose, verbose_doc)->group(standard_group);
  app.require_subcommand(0, 1);

  auto& command = *app.add_subcommand(
      tunnel_command, "Tunnel TCP traffic through an otoroshi cluster (e.g. expose SSH via Otoroshi)");
  command.alias("tt");
  command.set_help_flag();  // CLI11 lists options as they are added, and this one comes last
  add_standard_options(command, tunnel);
  add_additional_options(command, tunnel, verbose);
  command.footer(tunnel_footer);

  try {
    std::ranges::reverse(arguments);  // CLI11 takes them from the back
    app.parse(std::move(arguments));
  } catch (const CLI::ExtrasError&) {
    return wrong_usage(command.parsed() ? tunnel_command : "",
                       unexpected_text(app, command.parsed() ? command : app));
  } catch (const CLI::ParseError& outcome) {  // CLI11 tells --help, too, by an exception
    return print_of(app, command.parsed() ? tunnel_command : "", outcome);
  }
  if (!command.parsed()) return PrintAndExit{app.help(), 0};
  auto options = to_options(tunnel, environment);
  if (!options) return wrong_usage(tunnel_command, options.error().sentence);
  return TunnelCommand{std::move(*options), verbose};
}

std::vector<std::string> take_arguments(int argc, char** argv) {
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  const auto hide = [](char* value) {
    if (*value == '\0' || *value == '@') return;
    std::memset(value + 1, '\0', std::strlen(value + 1));
    *value = '*';
  };
  for (int index = 1; index < argc; ++index) {
    const std::string_view argument = argv[index];
    for (const auto option : secret_options) {
      if (argument == option && index + 1 < argc) hide(argv[index + 1]);
      if (argument.starts_with(option) && argument.substr(option.size()).starts_with('='))
        hide(argv[index] + option.size() + 1);
    }
  }
  return arguments;
}

}  // namespace otoroshi::ctl
