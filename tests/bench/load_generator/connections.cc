#include "tests/bench/load_generator/target.h"
#include "tests/bench/load_generator/works.h"

namespace otoroshi::bench {
namespace {

// Opens, closes and opens again, as long as the program runs.
class ShortClient : public Client {
 public:
  ShortClient(EventLoop& loop, Entrance& entrance, std::uint64_t& served)
      : Client(loop, entrance), served_(served) {}

 private:
  void opened() override {
    ++served_;
    close();
    open();
  }
  void work(std::uint32_t) override {}

  std::uint64_t& served_;
};

}  // namespace

Measured connections(const WorkOptions& options) {
  EventLoop loop;
  Entrance entrance(options.mode, options.proxy_port, options.names);
  Target target(loop, {options.target_port, TargetRole::echo, entrance.opening_size()});
  std::uint64_t served = 0;
  std::vector<std::unique_ptr<ShortClient>> clients;
  for (unsigned i = 0; i < options.connections; ++i) {
    clients.push_back(std::make_unique<ShortClient>(loop, entrance, served));
    clients.back()->open();
  }
  const auto warm = [&] { return served >= options.connections; };
  if (!loop.run_until(warm, Clock::now() + kLongestRun)) die("not every connection was served in time");

  const Meter meter(options.proxy);
  const std::uint64_t before = served;
  const auto duration = std::chrono::duration<double>(options.seconds);
  loop.run_until([] { return false; }, Clock::now() + std::chrono::duration_cast<Clock::duration>(duration));

  const double seconds = meter.seconds();
  const auto count = static_cast<double>(served - before);
  if (count == 0) die("no connection was served");
  Measured measured{{"connections_per_second", count / seconds},
                    {"load_busy", meter.load_cpu_seconds() / seconds}};
  meter.add_proxy_cpu(measured, "cpu_us_per_connection", 1e6 / count);
  return measured;
}

}  // namespace otoroshi::bench
