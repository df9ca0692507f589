// Tells systemd how the service is doing: one datagram to the socket that it names in NOTIFY_SOCKET
// (sd_notify(3)). Does nothing outside systemd.
#pragma once

#include <string_view>

namespace otoroshi::gateway {

void sd_notify(std::string_view state);

// RELOADING=1 with the time that `Type=notify-reload` wants; READY=1 has to follow.
void sd_notify_reloading();

}  // namespace otoroshi::gateway
