#include "common/log/stderr_sink.h"

#include <poll.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <mutex>
#include <utility>

namespace otoroshi {
namespace {

using spdlog::details::log_msg;

class PatientReaderSink final : public spdlog::sinks::base_sink<std::mutex> {
  void sink_it_(const log_msg& entry) override {
    if (!takes_a_line()) {
      ++dropped_;
      return;
    }
    if (auto dropped = std::exchange(dropped_, 0)) {
      auto text = fmt::format("{} log lines were dropped: nobody read stderr", dropped);
      write(log_msg(entry.logger_name, spdlog::level::warn, text));
    }
    write(entry);
  }
  void flush_() override {}

  // poll(2) calls a pipe writable when PIPE_BUF bytes fit, more than a usual line has.
  static bool takes_a_line() {
    pollfd state{STDERR_FILENO, POLLOUT, 0};
    return ::poll(&state, 1, 0) == 1;
  }

  void write(const log_msg& entry) {
    spdlog::memory_buf_t line;
    formatter_->format(entry, line);
    auto written = ::write(STDERR_FILENO, line.data(), line.size());
    (void)written;  // there is nowhere to complain
  }

  std::size_t dropped_ = 0;
};

}  // namespace

std::shared_ptr<spdlog::sinks::sink> make_stderr_sink() {
  return std::make_shared<PatientReaderSink>();
}

}  // namespace otoroshi
