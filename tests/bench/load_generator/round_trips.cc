#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <optional>

#include "tests/bench/load_generator/alarm.h"
#include "tests/bench/load_generator/target.h"
#include "tests/bench/load_generator/works.h"

namespace otoroshi::bench {
namespace {

constexpr std::size_t kMessage = 64;

// Sends a message, waits until it is all back, sends the next; with a pace, when it is due. A trip counts
// from when it was due, so that one which keeps the next ones waiting is not the only one that is late.
class TripClient : public Client {
 public:
  TripClient(EventLoop& loop, Entrance& entrance, std::vector<double>& trips,
             std::optional<Clock::duration> pace)
      : Client(loop, entrance), trips_(trips), pace_(pace), alarm_(loop, [this] { send_message(due_); }) {}

 private:
  void opened() override {
    due_ = Clock::now();
    send_message(due_);
  }

  void send_message(Clock::time_point begin) {
    began_ = begin;
    left_ = kMessage;
    if (send(message_) != static_cast<std::ptrdiff_t>(kMessage)) die("a message did not fit its socket");
  }

  void send_next() {
    const auto now = Clock::now();
    if (!pace_) return send_message(now);
    due_ += *pace_;
    if (due_ > now) return alarm_.ring_at(due_);
    send_message(due_);
  }

  void work(std::uint32_t) override {
    const std::ptrdiff_t got = receive(std::span(message_).first(left_));
    if (got == kEnd) die("the proxy closed a connection between two messages");
    if (got == kWouldBlock) return;
    left_ -= static_cast<std::size_t>(got);
    if (left_ > 0) return;
    trips_.push_back(std::chrono::duration<double, std::micro>(Clock::now() - began_).count());
    send_next();
  }

  std::vector<double>& trips_;
  std::optional<Clock::duration> pace_;
  Alarm alarm_;
  Clock::time_point due_;
  Clock::time_point began_;
  std::size_t left_ = 0;
  std::array<char, kMessage> message_{};
};

Clock::duration in_clock(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

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
  std::optional<Clock::duration> pace;
  if (options.trips_per_second > 0) pace = in_clock(1 / options.trips_per_second);
  std::vector<std::unique_ptr<TripClient>> clients;
  for (unsigned i = 0; i < options.connections; ++i) {
    clients.push_back(std::make_unique<TripClient>(loop, entrance, trips, pace));
    clients.back()->open();
  }
  const auto warm = [&] { return trips.size() >= std::size_t{100} * options.connections; };
  if (!loop.run_until(warm, Clock::now() + kLongestRun)) die("not every connection was served in time");
  const auto never = [] { return false; };
  loop.run_until(never, Clock::now() + in_clock(options.settle_seconds));

  trips.clear();
  const Meter meter(options.proxy);
  loop.run_until(never, Clock::now() + in_clock(options.seconds));

  const double seconds = meter.seconds();
  const auto count = static_cast<double>(trips.size());
  if (count == 0) die("no message came back");
  Measured measured{{"p50_us", quantile(trips, 0.5)},
                    {"p99_us", quantile(trips, 0.99)},
                    {"p999_us", quantile(trips, 0.999)},
                    {"trips_per_second", count / seconds},
                    {"load_busy", meter.load_cpu_seconds() / seconds}};
  meter.add_proxy_cpu(measured, "cpu_us_per_trip", 1e6 / count);
  return measured;
}

}  // namespace otoroshi::bench
