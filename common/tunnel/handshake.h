// What RFC 6455 adds to the upgrade's heads, by websocketpp; handshake.cc is the one unit that includes it.
// The functions of upgrade.h that make heads or check keys are defined there, too. (pure)
#pragma once

#include <string_view>

#include "common/base/result.h"
#include "common/tunnel/http_head.h"

namespace otoroshi::tunnel {

// Whether an answer accepts the upgrade with this Sec-WebSocket-Key (RFC 6455 section 4.2.2) and nothing that
// was not asked for. Fails (refused, target) on any other status than 101, (protocol, target) on a wrong 101.
Result<void> check_accepted(unsigned status, const Headers& headers, std::string_view key);

}  // namespace otoroshi::tunnel
