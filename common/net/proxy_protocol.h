// The header that tells a target who connects, sent before the first byte of the connection: HAProxy's PROXY
// protocol (haproxy's doc/proxy-protocol.txt), version 1 in text (section 2.1), version 2 in binary
// (section 2.2). Pure: addresses in, bytes out.
#pragma once

#include <asio/ip/tcp.hpp>
#include <string>

#include "common/model/tcp_service.h"

namespace otoroshi {

// `source` is the client, `destination` the local address that it connected to. IPv4 addresses in their
// IPv6 form (::ffff:a.b.c.d, what a listener on "::" sees) are written as IPv4 if both are such. If one of
// the two is unspecified (0.0.0.0, ::), the header says that nothing is known: UNKNOWN in version 1, LOCAL in
// version 2. ProxyProtocol::none gives no bytes.
std::string proxy_header(ProxyProtocol version, const asio::ip::tcp::endpoint& source,
                         const asio::ip::tcp::endpoint& destination);

}  // namespace otoroshi
