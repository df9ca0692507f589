// Who listens on a port of this machine, for sentences about ports that are taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace otoroshi {

// "redis-server (process 812)", of the first one found; nullopt: nobody, or a process of another user that we
// may not look at. Reads /proc (proc(5)) and takes milliseconds: not for a thread that serves connections.
std::optional<std::string> port_holder(std::uint16_t port);

}  // namespace otoroshi
