// The load side of the benchmark: clients and the server behind the proxy, in one process and one thread, so
// that the proxy under test has a core to itself. One run does one piece of work through one proxy and prints
// one line of JSON. tests/bench/run.sh drives it; docs/benchmarks.md tells what the numbers mean.

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "tests/bench/load_generator/works.h"

namespace otoroshi::bench {
namespace {

using Work = Measured (*)(const WorkOptions&);

const std::map<std::string, Work> works = {
    {"bulk-up", bulk_up},         {"bulk-down", bulk_down},     {"connections", connections},
    {"round-trips", round_trips}, {"idle-memory", idle_memory},
};

const std::map<std::string, Mode> modes = {
    {"plain", Mode::plain},
    {"passthrough", Mode::passthrough},
    {"terminate", Mode::terminate},
};

void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::pair<std::string, pid_t> named_process(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) die("--process is NAME=PID, not " + text);
  return {text.substr(0, equals), std::atoi(text.c_str() + equals + 1)};
}

void print_json(const Measured& measured) {
  const char* separator = "{";
  for (const auto& [name, value] : measured) {
    std::printf("%s\"%s\": %.6g", separator, name.c_str(), value);
    separator = ", ";
  }
  std::puts("}");
}

int run(int argc, char** argv) {
  CLI::App app("Load generator of the proxy benchmark");
  WorkOptions options;
  std::string work, mode = "plain";
  std::vector<std::string> processes;
  app.add_option("work", work, "What to do")->required()->check(CLI::IsMember(works));
  app.add_option("--mode", mode, "How to enter the proxy")->check(CLI::IsMember(modes));
  app.add_option("--proxy-port", options.proxy_port, "Where the proxy listens on 127.0.0.1")->required();
  app.add_option("--target-port", options.target_port, "Where the proxy expects its target")->required();
  app.add_option("--process", processes, "NAME=PID, for each whose processor time and memory is read")
      ->required();
  app.add_option("--connections", options.connections, "At the same time")->check(CLI::PositiveNumber);
  app.add_option("--names", options.names, "Different server names, in turn (PassThrough)")
      ->check(CLI::PositiveNumber);
  app.add_option("--gib", options.gib, "Bulk work: GiB in all")->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.seconds, "How long connections and round trips go on")
      ->check(CLI::PositiveNumber);
  app.add_option("--trips-per-second", options.trips_per_second,
                 "Round trips: the pace of each connection; without it, one behind the other")
      ->check(CLI::PositiveNumber);
  app.add_option("--settle", options.settle_seconds, "Round trips: seconds before they count");
  CLI11_PARSE(app, argc, argv);

  options.mode = modes.at(mode);
  for (const std::string& process : processes) options.proxy.push_back(named_process(process));
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  raise_descriptor_limit();
  print_json(works.at(work)(options));
  return 0;
}

}  // namespace
}  // namespace otoroshi::bench

int main(int argc, char** argv) {
  return otoroshi::bench::run(argc, argv);
}
