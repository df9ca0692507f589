#include "otoroshictl/help_formatter.h"

namespace otoroshi::ctl {
namespace {

// "--host <HOST>"
std::string long_name(const CLI::Option& option) {
  auto text = "--" + option.get_lnames().front();
  if (option.get_expected_max() > 0) text += " <" + option.get_type_name() + '>';
  return text;
}

std::string usage(const CLI::App& app, const std::string& name) {
  auto text = "Usage: " + name + " [OPTIONS]";
  for (const auto* option : app.get_options())
    if (option->get_required()) text += ' ' + long_name(*option);
  if (!app.get_subcommands(nullptr).empty()) text += " <COMMAND>";
  return text + '\n';
}

std::string describe(const CLI::Option& option) {
  const auto& short_names = option.get_snames();
  const auto begin = short_names.empty() ? "      " : "  -" + short_names.front() + ", ";
  return begin + long_name(option) + "\n          " + option.get_description() + '\n';
}

std::string commands(const CLI::App& app) {
  std::string text;
  for (const auto* command : app.get_subcommands(nullptr)) {
    text += "  " + command->get_name();
    for (const auto& alias : command->get_aliases()) text += ", " + alias;
    text += "\n          " + command->get_description() + '\n';
  }
  return text.empty() ? text : "\nCommands:\n" + text;
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const {
  auto text = app->get_description() + "\n\n" + usage(*app, name) + commands(*app);
  for (const auto& group : app->get_groups()) {
    text += '\n' + group + ":\n";
    for (const auto* option : app->get_options())
      if (option->get_group() == group) text += describe(*option);
  }
  if (!app->get_footer().empty()) text += '\n' + app->get_footer() + '\n';
  return text;
}

}  // namespace otoroshi::ctl
