// otoroshictl: the command line of developers.
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "common/net/process.h"
#include "otoroshictl/cli.h"
#include "otoroshictl/log.h"
#include "otoroshictl/resources/run_command.h"
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

int run(TunnelCommand command) {
  set_up_logging(command.verbose);
  TcpTunnel tunnel(std::move(command.options), raise_descriptor_limit());
  if (auto started = tunnel.start(); !started) {
    spdlog::error("{}", started.error().sentence);
    return exit_code(started.error());
  }
  const auto ending = tunnel.run();
  return ending ? exit_code(*ending) : fine;
}

int run(const AdminCommand& command, const Environment& environment) {
  const auto done = run_command(command, environment, {std::cout, std::cerr});
  std::cout.flush();
  if (!done) {
    std::cerr << "otoroshictl: " << done.error().sentence << '\n';
    return exit_code(done.error());
  }
  return *done && std::cout ? fine : failed;
}

int run(const PrintAndExit& print) {
  std::fputs(print.text.c_str(), print.exit_code == fine ? stdout : stderr);
  return print.exit_code;
}

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

}  // namespace

int main(int argc, char** argv) {
  ignore_sigpipe();
  occupy_standard_streams();
  auto command = read_command_line(take_arguments(argc, argv), variable);
  try {
    if (auto* tunnel = std::get_if<TunnelCommand>(&command)) return run(std::move(*tunnel));
    if (const auto* admin = std::get_if<AdminCommand>(&command)) return run(*admin, variable);
  } catch (const std::exception& problem) {
    std::cerr << "otoroshictl: cannot go on: " << problem.what()
              << "; does it have the memory, the descriptors and the threads that it needs (ulimit -a)?\n";
    return failed;
  }
  return run(std::get<PrintAndExit>(command));
}
