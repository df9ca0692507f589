#include "gateway/config/command_line.h"

#include <CLI/CLI.hpp>
#include <sstream>
#include <type_traits>

namespace otoroshi::gateway {
namespace {

constexpr int exit_wrong_usage = 2;

constexpr auto description =
    "A gateway for TCP services: listens, looks at the TLS server name or the HTTP host, and relays to the\n"
    "targets that the matching rule names, with TLS passed through, ended here, or none at all.";

constexpr auto footer = R"(
Start with a file of services and a configuration that names it:
  services.json   {"tcpServices": [{"name": "db", "port": 5433,
                    "rules": [{"domain": "*", "targets": [{"host": "127.0.0.1", "port": 5432}]}]}]}
  gateway.json    {"import": ["services.json"]}
  gateway --config gateway.json --check     tells what is wrong, if anything
  gateway --config gateway.json             serves, and says "ready" once every port is open

Every setting can also come from the environment: GATEWAY_ and its path, such as GATEWAY_TIMEOUTS_IDLE=2h.
A flag beats the environment, the environment the file. docs/configuration.md lists all settings.

Signals: SIGTERM, SIGINT end it once connections have ended or timeouts.drain has passed (twice: at once);
         SIGHUP reads services and certificates again and opens the events file anew.
Exit codes: 0 fine, 1 failure while running, 2 wrong usage or settings, 3 an address could not be bound.)";

template <class Value>
void add_choice(CLI::App& app, const char* flag, std::optional<Value>& value,
                std::type_identity_t<EnumNames<Value>> names, const char* doc) {
  std::string choices;
  for (const auto& entry : names) choices += (choices.empty() ? "" : "|") + std::string(entry.name);
  auto store = [&value, names](const std::string& name) { value = value_in(names, name); };
  auto known = [names, choices](std::string& name) {
    return value_in(names, name) ? std::string() : '\'' + name + "' is not one of " + choices;
  };
  app.add_option_function<std::string>(flag, store, doc)
      ->check(CLI::Validator(known, ""))
      ->type_name(choices);
}

PrintAndExit print_of(const CLI::App& app, const CLI::ParseError& outcome) {
  std::ostringstream out, error;
  if (app.exit(outcome, out, error) == 0) return {out.str(), 0};
  return {"gateway: " + std::string(outcome.what()) + "\nTry gateway --help.\n", exit_wrong_usage};
}

}  // namespace

std::variant<CommandLine, PrintAndExit> read_command_line(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app(description, "gateway");
  app.footer(footer);
  app.set_version_flag("--version", "gateway " OTOROSHI_VERSION, "Print the version and exit");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.add_option("-c,--config", line.config_file, "Configuration file (JSON, comments allowed)")
      ->type_name("FILE")
      ->check([](const std::string& name) { return name.empty() ? "a file name is wanted" : ""; });
  app.add_flag("--check", line.check,
               "Read settings, services and certificates, tell every problem, and exit (0 or 2)");
  app.add_flag("--import-replace", line.flags.import_replace,
               "Entities of the import files overwrite stored ones");
  add_choice(app, "--log-level", line.flags.log_level, log_levels, "How much is logged (default info)");
  add_choice(app, "--log-format", line.flags.log_format, log_formats, "How log lines look (default text)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& outcome) {  // CLI11 tells --help, too, by an exception
    return print_of(app, outcome);
  }
  return line;
}

}  // namespace otoroshi::gateway
