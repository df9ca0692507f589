// What is wrong with entities side by side that are each fine alone. (pure)
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "gateway/config/gateway_config.h"
#include "gateway/store/entities.h"

namespace otoroshi::gateway {

// A problem and the entity that it is about.
struct EntityProblem {
  std::string section;  // of its kind, "tcpServices"; "": the problem is nobody's in particular
  std::string id;
  Problem problem;  // its path is one in the entity's JSON
};
using EntityProblems = std::vector<EntityProblem>;

// Services that want the same port, or one of the gateway's own; routes that want a verifier which is not
// there. Kinds that are the same objects as in `known_good` are passed over; null: nothing is known.
EntityProblems check_together(const Entities& entities, const Entities* known_good,
                              const GatewayConfig& config);

}  // namespace otoroshi::gateway
