#include "common/net/memory_return.h"

#include <malloc.h>

#include <algorithm>

namespace otoroshi {
namespace {

// Fewer leave little behind, and come again.
constexpr std::size_t least_gone = 500;

}  // namespace

void MemoryReturn::look(std::size_t live) {
  most_ = std::max(most_, live);
  if (most_ - live < std::max(least_gone, most_ / 2)) return;
  ::malloc_trim(0);
  most_ = live;
}

}  // namespace otoroshi
