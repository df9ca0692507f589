#include "otoroshictl/help_formatter.h"

#include <algorithm>
#include <vector>

namespace otoroshi::ctl {
namespace {

// "--host <HOST>"; of an argument without a name in front, "<KIND>" or "[ID]".
std::string long_name(const CLI::Option& option) {
  if (option.get_positional()) {
    const auto name = option.get_name(true);
    const auto text = option.get_required() ? '<' + name + '>' : '[' + name + ']';
    return option.get_expected_max() > 1 ? text + "..." : text;
  }
  auto text = "--" + option.get_lnames().front();
  if (option.get_expected_max() > 0) text += " <" + option.get_type_name() + '>';
  return text;
}

std::string usage(const CLI::App& app, const std::string& name) {
  auto text = "Usage: " + name + " [OPTIONS]";
  for (const auto* option : app.get_options())
    if (option->get_required() || option->get_positional()) text += ' ' + long_name(*option);
  if (!app.get_subcommands(nullptr).empty()) text += " <COMMAND>";
  return text + '\n';
}

std::string describe(const CLI::Option& option) {
  const auto& short_names = option.get_snames();
  const auto begin = option.get_positional() ? "  "
                     : short_names.empty()   ? "      "
                                             : "  -" + short_names.front() + ", ";
  return begin + long_name(option) + "\n          " + option.get_description() + '\n';
}

std::string describe(const CLI::App& command) {
  auto text = "  " + command.get_name();
  for (const auto& alias : command.get_aliases()) text += ", " + alias;
  return text + "\n          " + command.get_description() + '\n';
}

// In groups, in the order in which they were added.
std::string commands(const CLI::App& app) {
  const auto all = app.get_subcommands(nullptr);
  std::vector<std::string> groups;
  for (const auto* command : all)
    if (std::ranges::find(groups, command->get_group()) == groups.end())
      groups.push_back(command->get_group());
  std::string text;
  for (const auto& group : groups) {
    text += '\n' + group + ":\n";
    for (const auto* command : all)
      if (command->get_group() == group) text += describe(*command);
  }
  return text;
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const {
  auto text = app->get_description() + "\n\n" + usage(*app, name) + commands(*app);
  for (const auto& group : app->get_groups()) {
    if (group.empty()) continue;  // options that the help does not show
    text += '\n' + group + ":\n";
    for (const auto* option : app->get_options())
      if (option->get_group() == group) text += describe(*option);
  }
  if (!app->get_footer().empty()) text += '\n' + app->get_footer() + '\n';
  return text;
}

}  // namespace otoroshi::ctl
