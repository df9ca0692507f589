// Carries out a command on a running gateway.
#pragma once

#include <iosfwd>

#include "common/base/result.h"
#include "otoroshictl/environment.h"
#include "otoroshictl/resources/command.h"

namespace otoroshi::ctl {

struct Console {
  std::ostream& out;       // what was asked for
  std::ostream& problems;  // warnings, and what failed
};

// False: some of it failed, and `problems` says what. Fails where nothing was done (bad_input: the command or
// a file of it is wrong). Blocks.
Result<bool> run_command(const AdminCommand& command, const Environment& environment, const Console& console);

}  // namespace otoroshi::ctl
