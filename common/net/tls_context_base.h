// What the contexts of both sides have in common; only for their sources.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/net/openssl.h"

namespace otoroshi {

// What tls_policy.h says, no session cache, reading ahead, moving write buffers.
Result<SslCtxPtr> make_tls_context(const SSL_METHOD* method);

// A setting of TLS that cannot be used.
std::unexpected<Error> unusable_tls(std::string sentence);

}  // namespace otoroshi
