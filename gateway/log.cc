#include "gateway/log.h"

#include <spdlog/details/log_msg.h>
#include <spdlog/fmt/chrono.h>
#include <spdlog/formatter.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <string>
#include <string_view>

#include "common/json/writer.h"
#include "common/log/stderr_sink.h"
#include "common/text/ascii.h"

namespace otoroshi::gateway {
namespace {

using spdlog::details::log_msg;

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return spdlog::level::trace;
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// As the settings spell them; spdlog says "warning".
std::string_view name_of(spdlog::level::level_enum level) {
  if (level == spdlog::level::warn) return "warn";
  auto name = spdlog::level::to_string_view(level);
  return {name.data(), name.size()};
}

std::string_view text_of(const log_msg& entry) {
  return {entry.payload.data(), entry.payload.size()};
}

struct Moment {
  std::chrono::sys_seconds seconds;
  long milliseconds;
};

Moment moment_of(const log_msg& entry) {
  auto since_1970 = std::chrono::floor<std::chrono::milliseconds>(entry.time).time_since_epoch().count();
  return {std::chrono::sys_seconds(std::chrono::seconds(since_1970 / 1000)), since_1970 % 1000};
}

class TextFormatter final : public spdlog::formatter {
 public:
  void format(const log_msg& entry, spdlog::memory_buf_t& line) override {
    auto moment = moment_of(entry);
    auto local = fmt::localtime(std::chrono::system_clock::to_time_t(moment.seconds));
    fmt::format_to(std::back_inserter(line), "{:%Y-%m-%d %H:%M:%S}.{:03} {} ", local, moment.milliseconds,
                   name_of(entry.level));
    for (char c : text_of(entry)) append(line, c);
    line.push_back('\n');
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<TextFormatter>(); }

 private:
  static void append(spdlog::memory_buf_t& line, char c) {
    if (!is_control(c)) {
      line.push_back(c);
    } else if (c == '\n') {
      line.append(std::string_view("\n    "));
    } else {
      fmt::format_to(std::back_inserter(line), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
};

class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const log_msg& entry, spdlog::memory_buf_t& line) override {
    auto moment = moment_of(entry);
    auto utc = fmt::gmtime(std::chrono::system_clock::to_time_t(moment.seconds));
    JsonWriter json;
    json.begin_object();
    json.key("ts").text(fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", utc, moment.milliseconds));
    json.key("level").text(name_of(entry.level));
    json.key("message").text(text_of(entry)).end_object();
    line.append(json.take());
    line.push_back('\n');
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonFormatter>(); }
};

}  // namespace

std::unique_ptr<spdlog::formatter> log_formatter(LogFormat format) {
  if (format == LogFormat::json) return std::make_unique<JsonFormatter>();
  return std::make_unique<TextFormatter>();
}

void set_up_logging(const GatewayConfig::Log& log) {
  auto logger = std::make_shared<spdlog::logger>("gateway", make_stderr_sink());
  logger->set_level(spdlog_level(log.level));
  logger->set_formatter(log_formatter(log.format));
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

void log_always(std::string_view message) {
  spdlog::details::log_msg entry("gateway", spdlog::level::info,
                                 spdlog::string_view_t(message.data(), message.size()));
  for (auto& sink : spdlog::default_logger()->sinks()) {
    sink->log(entry);
    sink->flush();
  }
}

void log_problems(const Problems& problems) {
  for (const auto& problem : problems) spdlog::error("{}", to_text(Problems{problem}));
}

void log_warnings(const Problems& warnings) {
  for (const auto& warning : warnings) spdlog::warn("{}", to_text(Problems{warning}));
}

void log_refused(const TcpEvent& event) {
  spdlog::info("{}", to_log_line(event));
}

}  // namespace otoroshi::gateway
