// Slows down whoever guesses the admin key: after ten failures that follow each other closely an address
// waits a moment before anything that it shows is looked at, right or wrong. Failures are forgiven one by
// one, so a wrong key in a script that runs now and then slows nobody. Each address is counted by itself,
// IPv6 by /64, which is what one client is given. (pure)
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace otoroshi::gateway {

class GuessBrake {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr int free_failures = 10;
  static constexpr auto forgiving_takes = std::chrono::seconds(5);  // for one failure
  static constexpr int remembered_failures = 20;  // however many there were: after a minute it is over
  static constexpr auto delay = std::chrono::seconds(1);
  static constexpr int waiting_at_most = 8;  // of one address; so it has so many guesses in a delay
  static constexpr std::size_t addresses_at_most = 10'000;  // beyond, what failed longest ago is forgotten

  void failed(std::string_view address, Clock::time_point now);
  bool is_slow(std::string_view address, Clock::time_point now) const;

  // A place to wait for the delay, which leave() gives back. False: all are taken.
  bool try_wait(std::string_view address);
  void leave(std::string_view address);

 private:
  struct Entry {
    std::string client;
    Clock::time_point forgiven;  // when the last failure will be
  };
  using Entries = std::list<Entry>;  // the one that failed last comes first

  Entries by_age_;
  std::unordered_map<std::string, Entries::iterator> by_client_;
  std::unordered_map<std::string, int> waiting_;
};

}  // namespace otoroshi::gateway
