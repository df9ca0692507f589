// What is wrong with an API key whose JSON was read without a problem.
#pragma once

#include "common/base/result.h"
#include "common/model/api_key.h"

namespace otoroshi {

// Every reason to refuse the key; paths are those of its JSON.
Problems check(const ApiKey& key);

// What is accepted but lets nobody in.
Problems warnings(const ApiKey& key);

}  // namespace otoroshi
