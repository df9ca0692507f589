#include "common/log/stderr_sink.h"

#include <poll.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <mutex>
#include <string_view>
#include <utility>

namespace otoroshi {
namespace {

using spdlog::details::log_msg;

class PatientReaderSink final : public spdlog::sinks::base_sink<std::mutex> {
  void sink_it_(const log_msg& entry) override {
    if (!takes_more() || !tell_dropped()) {
      ++dropped_;
      return;
    }
    write(entry);
  }
  void flush_() override {}

  // poll(2) calls a pipe writable when PIPE_BUF bytes fit: so many are written without waiting, and no more.
  static bool takes_more() {
    pollfd state{STDERR_FILENO, POLLOUT, 0};
    return ::poll(&state, 1, 0) == 1;
  }

  // Whether there is room for more behind it.
  bool tell_dropped() {
    const auto dropped = std::exchange(dropped_, 0);
    if (dropped == 0) return true;
    const auto text = fmt::format("{} log lines were dropped: nobody read stderr", dropped);
    write(log_msg("", spdlog::level::warn, text));
    return takes_more();
  }

  // Of a long line that finds no more room the rest is lost.
  void write(const log_msg& entry) {
    spdlog::memory_buf_t line;
    if (std::exchange(inside_line_, false)) line.push_back('\n');
    formatter_->format(entry, line);
    for (std::string_view rest(line.data(), line.size()); !rest.empty();) {
      const auto written = ::write(STDERR_FILENO, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
      if (written <= 0) return;  // there is nowhere to complain
      rest.remove_prefix(static_cast<std::size_t>(written));
      inside_line_ = !rest.empty();
      if (inside_line_ && !takes_more()) return;
    }
  }

  std::size_t dropped_ = 0;
  bool inside_line_ = false;  // what was written last does not end in a line break
};

}  // namespace

std::shared_ptr<spdlog::sinks::sink> make_stderr_sink() {
  return std::make_shared<PatientReaderSink>();
}

}  // namespace otoroshi
