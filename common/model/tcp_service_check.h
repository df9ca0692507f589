// What is wrong with TCP services whose JSON was read without a problem: alone, and side by side.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "common/base/result.h"
#include "common/model/tcp_service.h"

namespace otoroshi {

// Every reason to refuse the service; paths are those of its JSON.
Problems check(const TcpService& service);

// What is accepted but has no effect, or not the effect that one might expect. Never a reason to refuse; a
// service without any target is among them, since only the port must be given.
Problems warnings(const TcpService& service);

// Why two services whose addresses overlap cannot share their port, and what to change; nullopt: they can.
std::optional<std::string> port_conflict(const TcpService& service, const TcpService& other);

// Every reason why these services cannot be there together: an id that is taken, or an address and port that
// overlap with those of a service before (design: several enabled services share an interface and a port only
// if all have sni.enabled and the same tls and clientAuth). At most one of each kind a service; the path
// begins with its index in the list: "/3/port". Disabled services take part in no conflict of ports. Takes
// n log n.
Problems check_together(std::span<const TcpServicePtr> services);

}  // namespace otoroshi
