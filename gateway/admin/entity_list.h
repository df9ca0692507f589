// The answer to a list of entities: conditions, order, pages, fields (facts C6, list_query.h). (pure)
#pragma once

#include "gateway/admin/admin_http.h"
#include "gateway/admin/entity_resource.h"

namespace otoroshi::gateway {

// A JSON list; one entity a line if only application/x-ndjson is accepted. X-Count tells how many entities
// there are, whatever the conditions and the page.
AdminResponse list_answer(const AdminRequest& request, const EntityResource& resource,
                          const Entities& entities);

}  // namespace otoroshi::gateway
