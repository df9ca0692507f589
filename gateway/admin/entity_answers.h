// How the operations on entities answer: with the entity, its tag and the warnings; with why it was refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/admin/admin_http.h"
#include "gateway/admin/entity_resource.h"
#include "gateway/store/live_entities.h"

namespace otoroshi::gateway {

// The two ways to ask for the same: /api/routes, and /apis/proxy.otoroshi.io/v1/routes. They differ in some
// codes (facts C6).
enum class ApiFamily : std::uint8_t { plain, generic };

// What "reveal=true" asks for.
Secrets secrets_asked(const AdminRequest& request);

// The entity as it is shown, with its tag in ETag.
AdminResponse entity_answer(int status, const EntityResource& resource, const Entities& entities,
                            std::size_t index, Secrets secrets = Secrets::hidden);

// What is accepted and has no effect goes into the header Otoroshi-Warnings, a list like "problems" of
// refusals in ASCII: the body stays the entity. What is too much for a header is counted.
void add_warnings(AdminResponse& answer, const Problems& warnings);

AdminResponse no_such_entity(const EntityResource& resource, std::string_view id);        // 404
AdminResponse entity_exists(ApiFamily family);                                            // 400 or 401
AdminResponse precondition_failed(const EntityResource& resource, std::string_view why);  // 412

// 400, or 500 if it is not the asker who can mend it.
AdminResponse refused_answer(ErrorCode code, Problems problems);
// Paths are those of the entity with this id of this section; problems of other entities name them.
AdminResponse refused_answer(const ChangeRefused& refused, const Entities& entities, std::string_view section,
                             std::string_view id);

}  // namespace otoroshi::gateway
