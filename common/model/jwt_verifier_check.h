// What is wrong with a JWT verifier whose JSON was read without a problem. Whether a PEM text holds a key of
// the right kind is found out by who uses it.
#pragma once

#include "common/base/result.h"
#include "common/model/jwt_verifier.h"

namespace otoroshi {

// Every reason to refuse the verifier; paths are those of its JSON. No sentence holds a secret, a key or a
// URL, which may have a password in it.
Problems check(const JwtVerifier& verifier);

}  // namespace otoroshi
