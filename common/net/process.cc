#include "common/net/process.h"

#include <sys/resource.h>

#include <algorithm>
#include <csignal>

namespace otoroshi {

void ignore_sigpipe() {
  ::signal(SIGPIPE, SIG_IGN);
}

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  auto before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : before;
}

std::size_t connections_within(std::uint64_t descriptors, std::uint64_t reserve) {
  return std::max<std::uint64_t>((descriptors - std::min(descriptors * 3 / 4, reserve)) / 2, 1);
}

}  // namespace otoroshi
