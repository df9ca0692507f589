// The log of the program: spdlog's default logger, on stderr, in the form of the original's lines:
//   [INFO otoroshictl::tunnels::tcp] TCP tunnel ready, waiting for connections ...
#pragma once

namespace otoroshi::ctl {

// Called once, in main, before there is a second thread. `verbose`: debug entries, too.
void set_up_logging(bool verbose);

}  // namespace otoroshi::ctl
