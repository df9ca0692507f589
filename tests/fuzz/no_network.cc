// Stands in for common/http/client.cc, which a JWKS verifier would fetch its keys with: a fuzz target asks
// nobody, and needs nothing of common/net.
#include "common/http/client.h"

namespace otoroshi {

Result<HttpAnswer> http_exchange(const HttpRequest&) {
  return fail(ErrorCode::refused, Side::gateway, "there is no network here");
}

}  // namespace otoroshi
