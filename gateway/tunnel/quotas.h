// How many tunnels each API key has opened: this second, this day, this month (UTC). Shared by all workers;
// any thread. Begins anew with the process.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>

#include "common/model/api_key.h"

namespace otoroshi::gateway {

class Quotas {
 public:
  // Counts one more tunnel, unless one of the key's quotas is used up: then nothing is counted.
  bool take(const ApiKey& key, std::chrono::system_clock::time_point now);

 private:
  struct Use {
    std::int64_t second = 0, day = 0, month = 0;  // the periods that are counted, as numbers since 1970
    std::int64_t this_second = 0, this_day = 0, this_month = 0;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Use> uses_;
};

}  // namespace otoroshi::gateway
