#include "tests/bench/load_generator/target.h"
#include "tests/bench/load_generator/works.h"

namespace otoroshi::bench {
namespace {

// Connections that may be on their way in at the same time: a crowd would leave its peak in the proxy's heap.
constexpr unsigned kOpening = 50;

class IdleClient : public Client {
 public:
  IdleClient(EventLoop& loop, Entrance& entrance, unsigned& opened)
      : Client(loop, entrance), opened_(opened) {}

 private:
  void opened() override { ++opened_; }
  void work(std::uint32_t) override { die("the proxy disturbed an idle connection"); }

  unsigned& opened_;
};

// The proxy's memory once it has not changed for a second; after ten seconds, as it is then.
std::vector<double> settled_memory(EventLoop& loop, const Processes& proxy) {
  std::vector<double> last = resident_bytes(proxy);
  auto changed = Clock::now();
  const auto patience = changed + std::chrono::seconds(10);
  while (Clock::now() < std::min(patience, changed + std::chrono::seconds(1))) {
    loop.run_until([] { return false; }, Clock::now() + std::chrono::milliseconds(100));
    std::vector<double> now = resident_bytes(proxy);
    if (now != last) changed = Clock::now();
    last = std::move(now);
  }
  return last;
}

}  // namespace

Measured idle_memory(const WorkOptions& options) {
  EventLoop loop;
  Entrance entrance(options.mode, options.proxy_port, options.names);
  Target target(loop, {options.target_port, TargetRole::echo, entrance.opening_size()});
  unsigned opened = 0;
  std::vector<std::unique_ptr<IdleClient>> clients;
  const auto open_until = [&](unsigned wanted) {
    const auto deadline = Clock::now() + kLongestRun;
    while (opened < wanted) {
      while (clients.size() < wanted && clients.size() - opened < kOpening) {
        clients.push_back(std::make_unique<IdleClient>(loop, entrance, opened));
        clients.back()->open();
      }
      const unsigned before = opened;
      if (!loop.run_until([&] { return opened > before; }, deadline))
        die("not every connection was served in time");
    }
  };

  open_until(
      1);  // code pages and scratch buffers that the first connection brings in belong to no connection
  const std::vector<double> before = settled_memory(loop, options.proxy);
  open_until(1 + options.connections);
  std::vector<double> kib = settled_memory(loop, options.proxy);
  for (std::size_t i = 0; i < kib.size(); ++i) kib[i] = (kib[i] - before[i]) / 1024 / options.connections;
  Measured measured;
  add_by_process(measured, "kib_per_connection", options.proxy, kib);
  return measured;
}

}  // namespace otoroshi::bench
