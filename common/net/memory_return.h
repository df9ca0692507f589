// Gives memory back to the kernel once most connections of a crowd have gone. The C library by itself keeps
// what is freed below anything that is still in use, for ever.
#pragma once

#include <cstddef>

namespace otoroshi {

class MemoryReturn {
 public:
  // To be told now and then how many connections are live, always by the same thread. Giving back takes up to
  // some milliseconds for each 100 MiB, in which threads that allocate may wait.
  void look(std::size_t live);

 private:
  std::size_t most_ = 0;  // since it was done last
};

}  // namespace otoroshi
