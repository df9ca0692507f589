// Gives memory back to the kernel once most connections of a crowd have gone. The C library by itself keeps
// what is freed below anything that is still in use, for ever.
#pragma once

#include <chrono>
#include <cstddef>

#include "common/net/timer_queue.h"

namespace otoroshi {

class MemoryReturn {
 public:
  static constexpr auto interval = std::chrono::minutes(1);

  // To be told now and then how many connections are live, always by the same thread. True: so many have gone
  // that give_memory_back() is worth it, which was not said within the last `interval`.
  bool look(std::size_t live, Clock::time_point now);
  // Whether look() would say so but for the time: who looks only while there are connections goes on then.
  bool is_owed(std::size_t live) const;

 private:
  std::size_t most_ = 0;  // since it said so last
  Clock::time_point next_{};
};

// Begins it, on a thread of its own with the priority of the calling one. It takes up to some milliseconds
// for each 100 MiB, in which threads that allocate may wait for it: to be called by one that is not
// interrupted for long, which gives way to nobody.
void give_memory_back();

}  // namespace otoroshi
