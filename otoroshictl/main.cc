// otoroshictl: the command line of developers.
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>

#include "common/net/process.h"
#include "otoroshictl/cli.h"
#include "otoroshictl/log.h"
#include "otoroshictl/tcp_tunnel/tcp_tunnel.h"

using namespace otoroshi;
using namespace otoroshi::ctl;

namespace {

enum ExitCode { fine = 0, failed = 1, wrong_usage = 2, address_taken = 3, refused = 4 };

int exit_code(const Error& error) {
  switch (error.code) {
    case ErrorCode::bad_input:
      return wrong_usage;
    case ErrorCode::address_in_use:
      return address_taken;
    default:
      return failed;
  }
}

int exit_code(Ending ending) {
  switch (ending) {
    case Ending::carried:
      return fine;
    case Ending::refused_by_gateway:
      return refused;
    default:
      return failed;
  }
}

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

}  // namespace

int main(int argc, char** argv) {
  ignore_sigpipe();
  auto read = read_command_line(take_arguments(argc, argv), variable);
  if (const auto* print = std::get_if<PrintAndExit>(&read)) {
    std::fputs(print->text.c_str(), print->exit_code == fine ? stdout : stderr);
    return print->exit_code;
  }
  auto& command = std::get<TunnelCommand>(read);
  set_up_logging(command.verbose);

  TcpTunnel tunnel(std::move(command.options), raise_descriptor_limit());
  if (auto started = tunnel.start(); !started) {
    spdlog::error("{}", started.error().sentence);
    return exit_code(started.error());
  }
  const auto ending = tunnel.run();
  return ending ? exit_code(*ending) : fine;
}
