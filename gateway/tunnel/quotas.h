// How many tunnels each API key has opened: this second, this day, this month (UTC). Shared by all workers;
// any thread. Begins anew with the process.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "common/base/result.h"
#include "common/model/api_key.h"

namespace otoroshi::gateway {

class Quotas {
 public:
  // When a tunnel was counted.
  struct Taken {
    std::chrono::system_clock::time_point time;
    std::uint64_t resets = 0;  // of its key until then
  };
  // Counts one more tunnel, unless one of the key's quotas is used up: then nothing is counted, and the
  // failure (limit, client) names the quota.
  Result<Taken> take(const ApiKey& key, std::chrono::system_clock::time_point now);
  // The tunnel was not opened after all. One that was counted before a reset() has nothing to give back.
  void give_back(const std::string& client_id, const Taken& taken);

  // How many tunnels a key has opened in each of the periods that `now` is in.
  struct Used {
    std::int64_t second = 0, day = 0, month = 0;
  };
  Used used(const std::string& client_id, std::chrono::system_clock::time_point now);
  // The key begins anew.
  void reset(const std::string& client_id);

 private:
  // What was opened in one period; another period begins at zero.
  struct Count {
    std::int64_t period = -1;
    std::int64_t opened = 0;

    std::int64_t opened_in(std::int64_t asked_period);
  };
  struct Periods {
    explicit Periods(std::chrono::system_clock::time_point time);
    std::int64_t second, day, month;  // numbers since 1970
  };
  struct Use {
    std::uint64_t resets = 0;
    Count second, day, month;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Use> uses_;  // by client id
};

}  // namespace otoroshi::gateway
