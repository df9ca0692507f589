// The command line of `gateway`: arguments in, options or what to print out. Pure.
#pragma once

#include <string>
#include <variant>

#include "gateway/config/read_config.h"

namespace otoroshi::gateway {

struct CommandLine {
  std::string config_file;  // "": every setting has its default
  bool check = false;       // --check: read everything, tell every problem and warning, serve nothing
  ConfigFlags flags;
};

// The program is to print this and to exit: --help and --version with 0, wrong usage with 2.
struct PrintAndExit {
  std::string text;
  int exit_code = 0;  // 0: stdout; else stderr
};

std::variant<CommandLine, PrintAndExit> read_command_line(int argc, const char* const* argv);

}  // namespace otoroshi::gateway
