// The command line of otoroshictl. (pure)
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "otoroshictl/environment.h"
#include "otoroshictl/resources/command.h"
#include "otoroshictl/tcp_tunnel/tunnel_options.h"

namespace otoroshi::ctl {

struct TunnelCommand {
  TunnelOptions options;
  bool verbose = false;
};

// Help, version or wrong usage: print the text (to stdout if exit_code is 0, else to stderr) and exit.
struct PrintAndExit {
  std::string text;
  int exit_code = 0;
};

using Command = std::variant<TunnelCommand, AdminCommand, PrintAndExit>;

// `arguments`: without the program's name. A secret never stands in the text.
Command read_command_line(std::vector<std::string> arguments, const Environment& environment);

// Copies the arguments behind the program's name, then overwrites the secrets among them where every user of
// the machine could read them (/proc/PID/cmdline, `ps`). Files ("@FILE") stay to be seen.
std::vector<std::string> take_arguments(int argc, char** argv);

}  // namespace otoroshi::ctl
