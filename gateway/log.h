// The log of the program: spdlog's default logger, one line an entry on stderr, flushed at once so that
// nothing is lost behind a pipe. Any thread may log. Whatever a peer has sent and an entry repeats cannot
// forge another line.
#pragma once

#include <memory>
#include <string_view>

#include "gateway/config/gateway_config.h"
#include "gateway/events/tcp_event.h"

namespace spdlog {
class formatter;
}

namespace otoroshi::gateway {

// Called once, in main, before there is a second thread.
void set_up_logging(const GatewayConfig::Log& log);

// text: "2026-11-21 21:31:45.123 info message"; control characters are escaped, line breaks are followed by
// spaces. json: {"ts":"2026-11-21T21:31:45.123Z","level":"info","message":"..."}, time in UTC.
std::unique_ptr<spdlog::formatter> log_formatter(LogFormat format);

// At `info`, also when the level would swallow it: for what scripts wait for.
void log_always(std::string_view message);

// At `error`, an entry for each problem: "gateway.json: /threads: ...".
void log_problems(const Problems& problems);
// Likewise at `warn`.
void log_warnings(const Problems& warnings);

// The one line at `info` that a refused connection gets.
void log_refused(const TcpEvent& event);

}  // namespace otoroshi::gateway
