// What an entity gets that is created without it, and examples to begin with.
#pragma once

#include <string>

#include "common/json/parse.h"
#include "gateway/admin/entity_resource.h"

namespace otoroshi::gateway {

// A new id; of an API key also its secret, of a session its times: those that the document, an object, lacks.
// (Random numbers and the clock.)
void fill_in(const EntityResource::Names& kind, JsonDocument& entity);

// An entity of this kind that a user may begin with; it has all fields, and what fill_in() gives.
std::string template_of(const EntityResource& resource);

}  // namespace otoroshi::gateway
