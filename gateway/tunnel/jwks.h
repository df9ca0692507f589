// The JWK Sets of all verifiers, fetched by URL: one object for all workers, any thread may call. Fetching
// runs on a few threads of its own, at most one at a time for a URL.
//
// A set is fetched when a verifier first needs it, and again when its `ttl` is over or a token names a key
// that is not there (keys rotate), but not twice within `pause`: made-up key ids do no harm to the issuer. A
// set that cannot be fetched anew goes on serving as it is. Failures are logged when they begin, change and
// end.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/model/jwt_verifier.h"
#include "common/net/task.h"
#include "common/net/worker.h"
#include "gateway/tunnel/jwk_set.h"
#include "gateway/tunnel/jwks_source.h"

namespace otoroshi::gateway {

class Jwks {
 public:
  using Source = JwtVerifier::AlgoSettings;
  using Fetch = std::function<Result<std::string>(const Source&)>;

  explicit Jwks(Fetch fetch = fetch_jwks, Clock::duration pause = std::chrono::seconds(5));
  ~Jwks();  // before the workers go; does not wait for what is being fetched

  // The set that is there now. Waits for a fetch that is needed at most the source's timeout, and resumes on
  // `worker`. Fails (side gateway) if nothing could be fetched yet. The arguments outlive the call.
  Task<Result<JwkSetPtr>> find(Worker& worker, const Source& source,
                               const std::optional<std::string>& key_id);

 private:
  class Sets;
  std::shared_ptr<Sets> sets_;
};

}  // namespace otoroshi::gateway
