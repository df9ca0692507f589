// The texts of the command line of the commands that manage a running gateway, and the command that they
// mean. (pure)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "otoroshictl/resources/command.h"

namespace otoroshi::ctl {

enum class Verb : std::uint8_t {
  none,
  get,
  list,
  print_template,
  create,
  apply,
  patch,
  remove,
  export_all,
  show
};

// As they were written.
struct AdminArguments {
  Verb verb = Verb::none;
  Fact fact = Fact::health;
  TargetArguments target;
  std::string format = "table";
  std::string kind;
  std::string id;
  std::vector<std::string> ids;
  std::vector<std::string> files;
  std::optional<std::string> data;
  std::optional<std::string> merge;
  std::optional<std::string> operations;
  std::vector<std::string> columns;
  std::vector<std::string> filters;
  std::optional<std::string> sorted;
  std::optional<std::string> page;
  std::optional<std::string> page_size;
  bool reveal = false;
};

// Fails (bad_input) with a sentence that names the option.
Result<AdminCommand> to_command(const AdminArguments& arguments);

}  // namespace otoroshi::ctl
