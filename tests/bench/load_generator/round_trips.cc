#include <sys/epoll.h>

#include <algorithm>
#include <array>

#include "tests/bench/load_generator/target.h"
#include "tests/bench/load_generator/works.h"

namespace otoroshi::bench {
namespace {

constexpr std::size_t kMessage = 64;

// Sends a message, waits until it is all back, sends the next.
class TripClient : public Client {
 public:
  TripClient(EventLoop& loop, Entrance& entrance, std::vector<double>& trips)
      : Client(loop, entrance), trips_(trips) {}

 private:
  void opened() override { send_message(); }

  void send_message() {
    began_ = Clock::now();
    left_ = kMessage;
    if (send(message_) != static_cast<std::ptrdiff_t>(kMessage)) die("a message did not fit its socket");
  }

  void work(std::uint32_t) override {
    const std::ptrdiff_t got = receive(std::span(message_).first(left_));
    if (got == kEnd) die("the proxy closed a connection between two messages");
    if (got == kWouldBlock) return;
    left_ -= static_cast<std::size_t>(got);
    if (left_ > 0) return;
    trips_.push_back(std::chrono::duration<double, std::micro>(Clock::now() - began_).count());
    send_message();
  }

  std::vector<double>& trips_;
  Clock::time_point began_;
  std::size_t left_ = 0;
  std::array<char, kMessage> message_{};
};

}  // namespace

double quantile(std::vector<double>& samples, double fraction) {
  if (samples.empty()) return 0;
  const auto at = static_cast<std::size_t>(fraction * static_cast<double>(samples.size() - 1));
  const auto nth = samples.begin() + static_cast<std::ptrdiff_t>(at);
  std::nth_element(samples.begin(), nth, samples.end());
  return *nth;
}

Measured round_trips(const WorkOptions& options) {
  EventLoop loop;
  Entrance entrance(options.mode, options.proxy_port, options.names);
  Target target(loop, {options.target_port, TargetRole::echo, entrance.opening_size()});
  std::vector<double> trips;  // microseconds
  trips.reserve(std::size_t{4} << 20);
  std::vector<std::unique_ptr<TripClient>> clients;
  for (unsigned i = 0; i < options.connections; ++i) {
    clients.push_back(std::make_unique<TripClient>(loop, entrance, trips));
    clients.back()->open();
  }
  const auto warm = [&] { return trips.size() >= std::size_t{100} * options.connections; };
  if (!loop.run_until(warm, Clock::now() + kLongestRun)) die("not every connection was served in time");

  trips.clear();
  const Meter meter(options.proxy);
  const auto duration = std::chrono::duration<double>(options.seconds);
  loop.run_until([] { return false; }, Clock::now() + std::chrono::duration_cast<Clock::duration>(duration));

  const double seconds = meter.seconds();
  const auto count = static_cast<double>(trips.size());
  if (count == 0) die("no message came back");
  Measured measured{{"p50_us", quantile(trips, 0.5)},
                    {"p99_us", quantile(trips, 0.99)},
                    {"trips_per_second", count / seconds},
                    {"load_busy", meter.load_cpu_seconds() / seconds}};
  meter.add_proxy_cpu(measured, "cpu_us_per_trip", 1e6 / count);
  return measured;
}

}  // namespace otoroshi::bench
