#include "gateway/log.h"

#include <spdlog/formatter.h>
#include <spdlog/spdlog.h>

#include <catch2/catch.hpp>
#include <chrono>

using namespace otoroshi::gateway;
using namespace std::chrono_literals;

namespace {

std::string line(LogFormat format, spdlog::level::level_enum level, std::string_view message) {
  spdlog::details::log_msg entry("gateway", level, spdlog::string_view_t(message.data(), message.size()));
  entry.time = std::chrono::system_clock::time_point(1700000000005ms);
  spdlog::memory_buf_t line;
  log_formatter(format)->format(entry, line);
  return {line.data(), line.size()};
}

}  // namespace

TEST_CASE("a JSON log line is one object with time, level and message") {
  CHECK(line(LogFormat::json, spdlog::level::warn, "say \"hi\"\n\xff") ==
        R"({"ts":"2023-11-14T22:13:20.005Z","level":"warn","message":"say \"hi\"\n)"
        "\xef\xbf\xbd\"}\n");
}

TEST_CASE("a text log line cannot be forged by what a peer has sent") {
  auto text = line(LogFormat::text, spdlog::level::info, "name 'a\n2026-11-21 info forged\x1b[2J'");
  CHECK(text.find(".005 info name 'a\n    2026-11-21 info forged\\x1b[2J'\n") != std::string::npos);
  CHECK(line(LogFormat::text, spdlog::level::err, "x").ends_with(".005 error x\n"));
}
