#include "otoroshictl/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string_view>

#include "common/log/stderr_sink.h"

namespace otoroshi::ctl {
namespace {

// spdlog knows the names of levels in lower case only.
class UpperCaseLevel final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& entry, const std::tm&, spdlog::memory_buf_t& line) override {
    line.append(name_of(entry.level));
  }
  std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
    return std::make_unique<UpperCaseLevel>();
  }

 private:
  static std::string_view name_of(spdlog::level::level_enum level) {
    switch (level) {
      case spdlog::level::debug:
        return "DEBUG";
      case spdlog::level::warn:
        return "WARN";
      case spdlog::level::err:
        return "ERROR";
      default:
        return "INFO";
    }
  }
};

}  // namespace

void set_up_logging(bool verbose) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<UpperCaseLevel>('*').set_pattern("[%* otoroshictl::tunnels::tcp] %v");
  auto logger = std::make_shared<spdlog::logger>("otoroshictl", make_stderr_sink());
  logger->set_level(verbose ? spdlog::level::debug : spdlog::level::info);
  logger->set_formatter(std::move(formatter));
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace otoroshi::ctl
