// What both programs do to their process before anything else.
#pragma once

#include <cstdint>

namespace otoroshi {

// splice(2) raises SIGPIPE and has no flag against it. First thing in main().
void ignore_sigpipe();

// Raises the soft limit of open descriptors to the hard one; returns the limit that is in force.
std::uint64_t raise_descriptor_limit();

}  // namespace otoroshi
