#include "common/net/give_way.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace otoroshi {
namespace {

// As in sched_setattr(2), for which glibc 2.36 has neither function nor type.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = 0;  // SCHED_OTHER
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;  // of a slice, in nanoseconds
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};

// Longer than what the kernel gives by itself (up to 3 ms, by the number of cores), and not by much: what a
// thread is owed of the time that others took from it may add up to two slices, and then nobody interrupts
// it.
constexpr std::uint64_t slice = 4'000'000;

}  // namespace

void give_way(int niceness) {
  SchedulingAttributes attributes;
  attributes.nice = ::getpriority(PRIO_PROCESS, 0) + niceness;
  // Since Linux 6.12 a thread that wakes interrupts one with a longer slice than its own, and waits for the
  // end of any other's slice, of milliseconds, whatever their niceness. Older ones take no slices and go by
  // niceness.
  attributes.runtime = slice;
  if (::syscall(SYS_sched_setattr, 0, &attributes, 0) != 0) ::setpriority(PRIO_PROCESS, 0, attributes.nice);
}

}  // namespace otoroshi
