// JWT verifiers as JSON (Otoroshi's GlobalJwtVerifier, facts C10), both ways. Only types, ranges and allowed
// values are checked here; whether the whole makes sense is for jwt_verifier_check.h. Secrets and keys are
// read and written like any other text, and never part of a problem.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/model/entity_description.h"
#include "common/model/jwt_verifier.h"

namespace otoroshi {

const EntityDescription<JwtVerifier>& jwt_verifier_description();

// The verifier, or every problem at once. "algoSettings" must be there.
std::expected<JwtVerifier, Problems> parse_jwt_verifier(std::string_view json);
std::string to_json(const JwtVerifier& verifier);  // compact, with the secret

}  // namespace otoroshi
