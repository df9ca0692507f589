#include <sys/epoll.h>

#include <algorithm>

#include "tests/bench/load_generator/target.h"
#include "tests/bench/load_generator/works.h"

namespace otoroshi::bench {
namespace {

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;

struct Progress {
  unsigned opened = 0;
  unsigned ended = 0;          // clients that saw the end of the other direction
  std::uint64_t received = 0;  // by clients
};

class BulkClient : public Client {
 public:
  BulkClient(EventLoop& loop, Entrance& entrance, Progress& progress)
      : Client(loop, entrance), progress_(progress) {}

  // Sends so many bytes, then its end.
  void start_sending(std::uint64_t bytes) {
    left_ = bytes;
    watch(EPOLLOUT);
  }

  // Asks the target to send.
  void start_receiving() {
    if (send(bulk_block().first(1)) != 1) die("the start of a download did not fit its socket");
  }

 private:
  void opened() override { ++progress_.opened; }

  void work(std::uint32_t events) override {
    if ((events & EPOLLOUT) != 0) {
      send_more();
    } else {
      receive_more();
    }
  }

  void send_more() {
    if (left_ > 0) {
      const auto block = bulk_block();
      const std::ptrdiff_t sent = send(block.first(std::min<std::uint64_t>(block.size(), left_)));
      if (sent > 0) left_ -= static_cast<std::uint64_t>(sent);
    }
    if (left_ == 0 && finish()) watch(EPOLLIN);
  }

  void receive_more() {
    const std::ptrdiff_t got = discard();
    if (got > 0) progress_.received += static_cast<std::uint64_t>(got);
    if (got != kEnd) return;
    ++progress_.ended;
    close();
  }

  Progress& progress_;
  std::uint64_t left_ = 0;
};

enum class Direction { up, down };

Measured bulk(const WorkOptions& options, Direction direction) {
  const auto share = static_cast<std::uint64_t>(options.gib * kGiB) / options.connections;
  const std::uint64_t total = share * options.connections;

  EventLoop loop;
  Entrance entrance(options.mode, options.proxy_port, options.names);
  const TargetRole role = direction == Direction::up ? TargetRole::sink : TargetRole::source;
  Target target(loop, {options.target_port, role, entrance.opening_size(), share});
  Progress progress;
  std::vector<std::unique_ptr<BulkClient>> clients;
  for (unsigned i = 0; i < options.connections; ++i) {
    clients.push_back(std::make_unique<BulkClient>(loop, entrance, progress));
    clients.back()->open();
  }
  const auto deadline = Clock::now() + kLongestRun;
  if (!loop.run_until([&] { return progress.opened == options.connections; }, deadline)) {
    die("not every connection was served in time");
  }

  const Meter meter(options.proxy);
  for (const auto& client : clients) {
    if (direction == Direction::up) {
      client->start_sending(share);
    } else {
      client->start_receiving();
    }
  }
  // The end behind the last byte is not waited for: not every tunnel can pass on the end of one direction.
  // Only where clients count the bytes of TLS it is all that tells.
  const auto all_received = [&] {
    if (direction == Direction::up) return target.received() == total;
    return options.mode != Mode::terminate && progress.received == total;
  };
  const auto over = [&] {
    return all_received() ||
           (direction == Direction::up ? target.ended() : progress.ended) == options.connections;
  };
  if (!loop.run_until(over, deadline)) die("the transfer did not end in time");

  const double seconds = meter.seconds();
  const double gib = static_cast<double>(total) / kGiB;
  // What clients receive may be TLS records, hence "at least".
  const bool complete = direction == Direction::up ? target.received() == total : progress.received >= total;
  if (!complete) die("the proxy ended a connection cleanly before all bytes had come");
  Measured measured{{"gib_per_second", gib / seconds}, {"load_busy", meter.load_cpu_seconds() / seconds}};
  meter.add_proxy_cpu(measured, "cpu_seconds_per_gib", 1 / gib);
  return measured;
}

}  // namespace

Measured bulk_up(const WorkOptions& options) {
  return bulk(options, Direction::up);
}
Measured bulk_down(const WorkOptions& options) {
  return bulk(options, Direction::down);
}

}  // namespace otoroshi::bench
