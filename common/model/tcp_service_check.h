// What is wrong with TCP services whose JSON was read without a problem: alone, and side by side.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

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

// Whether listeners on these IP addresses would hear the same clients: they are equal, or one of them is every
// address ("0.0.0.0" of IPv4, "::" of both families) and the other one is among those.
bool interfaces_overlap(std::string_view one, std::string_view other);

// Every enabled service that cannot be there together with one before it, since their addresses and ports
// overlap (design: several services share an interface and a port only if all have sni.enabled and the same
// tls and clientAuth). The path begins with the service's index in the list: "/3/port". Takes n log n.
Problems check_together(std::span<const TcpServicePtr> services);

}  // namespace otoroshi
