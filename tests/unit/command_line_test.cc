#include "gateway/config/command_line.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace otoroshi::gateway;

namespace {

std::variant<CommandLine, PrintAndExit> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "gateway");
  return read_command_line(static_cast<int>(arguments.size()), arguments.data());
}

}  // namespace

TEST_CASE("without arguments nothing is set") {
  auto line = std::get<CommandLine>(parse({}));
  CHECK(line.config_file.empty());
  CHECK_FALSE(line.check);
  CHECK_FALSE(line.flags.log_level);
  CHECK_FALSE(line.flags.log_format);
  CHECK_FALSE(line.flags.import_replace);
}

TEST_CASE("every option is taken, in both spellings") {
  auto line = std::get<CommandLine>(parse(
      {"--config", "g.json", "--check", "--import-replace", "--log-level=warn", "--log-format", "json"}));
  CHECK(line.config_file == "g.json");
  CHECK(line.check);
  CHECK(line.flags.import_replace);
  CHECK(line.flags.log_level == LogLevel::warn);
  CHECK(line.flags.log_format == LogFormat::json);
  CHECK(std::get<CommandLine>(parse({"-c", "h.json"})).config_file == "h.json");
}

TEST_CASE("--version and --help print to stdout and exit with 0") {
  auto version = std::get<PrintAndExit>(parse({"--version"}));
  CHECK(version.exit_code == 0);
  CHECK(version.text == "gateway " OTOROSHI_VERSION "\n");
  auto help = std::get<PrintAndExit>(parse({"--help"}));
  CHECK(help.exit_code == 0);
  for (auto part : {"--config", "--check", "--log-level trace|debug|info|warn|error",
                    "--log-format text|json", "GATEWAY_", "tcpServices", "SIGHUP", "Exit codes"}) {
    CAPTURE(part, help.text);
    CHECK(help.text.find(part) != std::string::npos);
  }
}

TEST_CASE("wrong usage exits with 2 and names the argument") {
  struct Row {
    std::vector<const char*> arguments;
    const char* named;
  };
  const Row rows[] = {
      {{"--confg", "x"}, "--confg"},    {{"file.json"}, "file.json"},      {{"--config"}, "--config"},
      {{"--config", ""}, "--config"},   {{"--log-level", "loud"}, "loud"}, {{"--log-level", "loud"}, "debug"},
      {{"--log-format", "xml"}, "xml"}, {{"--log-level"}, "--log-level"},
  };
  for (const auto& row : rows) {
    auto outcome = std::get<PrintAndExit>(parse(row.arguments));
    CAPTURE(row.named, outcome.text);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.text.find(row.named) != std::string::npos);
    CHECK(outcome.text.find("--help") != std::string::npos);
  }
}
