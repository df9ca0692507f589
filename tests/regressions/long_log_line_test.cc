// Once nobody read the gateway's stderr any more, a log line of more than 4 KiB (a route with a long id) made
// all connections stand still.
#include <fcntl.h>
#include <spdlog/details/log_msg.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <string>

#include "common/log/stderr_sink.h"
#include "common/net/socket_handle.h"

using otoroshi::SocketHandle;

namespace {

// stderr is a pipe while it lives.
class PipeAsStderr {
 public:
  PipeAsStderr() : before_(::dup(STDERR_FILENO)) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    REQUIRE(::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    read_end_ = SocketHandle(ends[0]);
    REQUIRE(::dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
    ::close(ends[1]);
  }
  ~PipeAsStderr() { ::dup2(before_.get(), STDERR_FILENO); }

  std::string take_all() {
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(read_end_.get(), buffer, sizeof buffer)) > 0;)
      text.append(buffer, static_cast<std::size_t>(got));
    return text;
  }

 private:
  SocketHandle before_;
  SocketHandle read_end_;
};

}  // namespace

TEST_CASE("a long log line waits for nobody") {
  const auto sink = otoroshi::make_stderr_sink();
  const auto log = [&](const std::string& text) {
    sink->log(spdlog::details::log_msg("", spdlog::level::info, text));
  };
  for (const std::size_t size : {4'000u, 9'000u, 100'000u}) {
    CAPTURE(size);
    PipeAsStderr pipe;
    auto logging = std::async(std::launch::async, [&] {
      for (int count = 0; count < 100; ++count) log(std::string(size, 'x'));
    });
    CHECK(logging.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
    while (logging.wait_for(std::chrono::seconds(0)) != std::future_status::ready) pipe.take_all();

    pipe.take_all();
    log("the reader is back");
    const auto told = pipe.take_all();
    CAPTURE(told);
    const auto dropped = told.find("log lines were dropped");
    const auto back = told.find("the reader is back\n");
    CHECK(dropped < back);
    CHECK(back != std::string::npos);
    CHECK(told.find('\n', dropped) < back);
  }
}
