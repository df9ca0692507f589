// Where both programs log to: stderr, one write(2) an entry, so that nothing is lost behind a pipe.
#pragma once

#include <spdlog/sinks/sink.h>

#include <memory>

namespace otoroshi {

// stderr, as long as somebody takes what is written there: workers log, and a reader that stalls (a pager, a
// log shipper) must not stop the traffic. What it does not take is dropped, and counted in the log once it
// reads again. Any thread may log.
std::shared_ptr<spdlog::sinks::sink> make_stderr_sink();

}  // namespace otoroshi
