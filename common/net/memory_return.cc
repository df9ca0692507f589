#include "common/net/memory_return.h"

#include <malloc.h>

#include <algorithm>
#include <system_error>
#include <thread>

namespace otoroshi {
namespace {

// Fewer leave little behind, and come again.
constexpr std::size_t least_gone = 500;

}  // namespace

bool MemoryReturn::look(std::size_t live, Clock::time_point now) {
  most_ = std::max(most_, live);
  if (now < next_ || !is_owed(live)) return false;
  most_ = live;
  next_ = now + interval;
  return true;
}

bool MemoryReturn::is_owed(std::size_t live) const {
  return most_ >= live + std::max(least_gone, most_ / 2);
}

void give_memory_back() {
  try {
    std::thread([] { ::malloc_trim(0); }).detach();
  } catch (const std::system_error&) {  // no thread to be had: the next crowd's turn
  }
}

}  // namespace otoroshi
