#include "otoroshictl/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstring>
#include <sstream>
#include <string_view>

#include "common/text/nearest.h"
#include "common/text/quoted.h"
#include "otoroshictl/help_formatter.h"
#include "otoroshictl/option_names.h"
#include "otoroshictl/resources/admin_cli.h"
#include "otoroshictl/tunnel_cli.h"

namespace otoroshi::ctl {
namespace {

constexpr int exit_wrong_usage = 2;

// "otoroshictl resources get": as far as the command line says which command is meant.
struct MeantCommand {
  const CLI::App* app;
  std::string name;
};

MeantCommand meant_command(const CLI::App& root) {
  MeantCommand meant{&root, root.get_name()};
  while (!meant.app->get_subcommands().empty()) {
    meant.app = meant.app->get_subcommands().front();
    meant.name += ' ' + meant.app->get_name();
  }
  return meant;
}

PrintAndExit wrong_usage(const MeantCommand& command, std::string_view sentence) {
  return {command.name + ": " + std::string(sentence) + "\nTry " + command.name + " --help.\n",
          exit_wrong_usage};
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

PrintAndExit print_of(const CLI::App& app, const CLI::ParseError& outcome) {
  std::ostringstream out, error;
  if (app.exit(outcome, out, error) == 0) return {out.str(), 0};
  return wrong_usage(meant_command(app), outcome.what());
}

// Entities hold secrets; nothing else that is taken begins like one.
bool may_be_an_entity(std::string_view argument) {
  return argument.starts_with('{') || argument.starts_with("[{");
}

void hide(char* value) {
  if (*value == '\0' || *value == '@') return;
  std::memset(value + 1, '\0', std::strlen(value + 1));
  *value = '*';
}

void hide_value_of(std::string_view option, int index, int argc, char** argv) {
  const std::string_view argument = argv[index];
  if (argument == option && index + 1 < argc) hide(argv[index + 1]);
  if (argument.starts_with(option) && argument.substr(option.size()).starts_with('='))
    hide(argv[index] + option.size() + 1);
}

}  // namespace

Command read_command_line(std::vector<std::string> arguments, const Environment& environment) {
  TunnelArguments tunnel;
  AdminArguments admin;
  bool verbose = false;
  CLI::App app("Command line client of the Otoroshi TCP gateway", "otoroshictl");
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag(help_names, help_doc)->group(standard_group);
  app.set_version_flag("--version", "otoroshictl " OTOROSHI_VERSION, "Print version")->group(standard_group);
  app.add_flag(verbose_names, verbose, verbose_doc)->group(standard_group);
  app.require_subcommand(0, 1);
  const auto& tunnel_app = add_tunnel_command(app, tunnel, verbose);
  add_admin_commands(app, admin);

  try {
    std::ranges::reverse(arguments);  // CLI11 takes them from the back
    app.parse(std::move(arguments));
  } catch (const CLI::ExtrasError&) {
    const auto meant = meant_command(app);
    return wrong_usage(meant, unexpected_text(app, *meant.app));
  } catch (const CLI::ParseError& outcome) {  // CLI11 tells --help, too, by an exception
    return print_of(app, outcome);
  }
  if (tunnel_app.parsed()) {
    auto options = to_options(tunnel, environment);
    if (!options) return wrong_usage(meant_command(app), options.error().sentence);
    return TunnelCommand{std::move(*options), verbose};
  }
  if (admin.verb == Verb::none) return PrintAndExit{app.help(), 0};
  auto command = to_command(admin);
  if (!command) return wrong_usage(meant_command(app), command.error().sentence);
  return std::move(*command);
}

std::vector<std::string> take_arguments(int argc, char** argv) {
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  for (int index = 1; index < argc; ++index) {
    if (may_be_an_entity(argv[index])) hide(argv[index]);
    for (const auto option : tunnel_secret_options) hide_value_of(option, index, argc, argv);
    for (const auto option : admin_secret_options) hide_value_of(option, index, argc, argv);
  }
  return arguments;
}

}  // namespace otoroshi::ctl
