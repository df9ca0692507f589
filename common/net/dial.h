// Opening a TCP connection to a name: resolve, then try its addresses, both families, as RFC 8305 orders
// them.
#pragma once

#include <asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "common/base/result.h"
#include "common/net/resolver.h"
#include "common/net/task.h"
#include "common/net/tcp_stream.h"

namespace otoroshi {

struct DialOptions {
  Clock::duration limit = std::chrono::seconds(5);  // for resolving and all addresses together
  SocketOptions socket;
  Stream* on_behalf_of = nullptr;  // when this stream breaks or is aborted, the attempt is given up
};

struct Dialled {
  std::unique_ptr<TcpStream> stream;
  asio::ip::tcp::endpoint address;  // the one that answered
};

// `host` is a name or an IP literal. Errors are of side target (refused, silent, unknown) or gateway (no
// descriptor, no local port), and name host and port.
Task<Result<Dialled>> dial(Worker& worker, Resolver& resolver, const std::string& host, std::uint16_t port,
                           const DialOptions& options);

// The same for addresses that are known already; at least one.
Task<Result<Dialled>> dial_addresses(Worker& worker, const Addresses& addresses, std::uint16_t port,
                                     const std::string& name_in_errors, const DialOptions& options);

// RFC 8305 section 4: the families take turns, beginning with the one that the system prefers.
Addresses interleave_families(const Addresses& addresses);

}  // namespace otoroshi
