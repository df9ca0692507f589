#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <utility>

#include "common/net/process.h"
#include "gateway/check.h"
#include "gateway/config/command_line.h"
#include "gateway/config/load_config.h"
#include "gateway/gateway.h"
#include "gateway/log.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

enum ExitCode { fine = 0, failed = 1, wrong_settings = 2, address_taken = 3 };

int exit_code(const Error& error) {
  switch (error.code) {
    case ErrorCode::bad_input:
      return wrong_settings;
    case ErrorCode::address_in_use:
      return address_taken;
    default:
      return failed;
  }
}

int serve(GatewayConfig config) {
  auto descriptors = raise_descriptor_limit();
  spdlog::info("gateway {} begins; it may open {} descriptors", OTOROSHI_VERSION, descriptors);
  log_warnings(config.warnings);
  Gateway gateway(std::move(config), descriptors);
  if (auto started = gateway.start(); !started) {
    spdlog::error("{}", started.error().sentence);
    return exit_code(started.error());
  }
  gateway.run();
  return fine;
}

}  // namespace

int main(int argc, char** argv) {
  ignore_sigpipe();
  occupy_standard_streams();
  auto read = read_command_line(argc, argv);
  if (const auto* print = std::get_if<PrintAndExit>(&read)) {
    std::fputs(print->text.c_str(), print->exit_code == fine ? stdout : stderr);
    return print->exit_code;
  }
  const auto& line = std::get<CommandLine>(read);
  auto config = load_config(line, environ);
  if (!config) {
    print_problems(config.error());
    return wrong_settings;
  }
  set_up_logging(config->log);
  if (line.check) return check_everything(*config);

  try {
    return serve(std::move(*config));
  } catch (const std::exception& problem) {
    spdlog::error(
        "the gateway cannot go on: {}; does it have the memory, the descriptors and the threads that it "
        "needs (ulimit -a)?",
        problem.what());
    return failed;
  }
}
