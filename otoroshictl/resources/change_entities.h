// The commands that change entities. Each goes through all that it is given, says of each entity on one line
// what became of it, and returns false if any failed; a gateway that does not answer ends it. Nothing is
// asked of the gateway before all files are read. They block.
#pragma once

#include "common/base/result.h"
#include "otoroshictl/resources/admin_client.h"
#include "otoroshictl/resources/command.h"
#include "otoroshictl/resources/run_command.h"

namespace otoroshi::ctl {

Result<bool> create_entities(const AdminClient& client, const CreateEntities& create, OutputFormat format,
                             const Console& console);

// Creates or replaces, what is referred to first.
Result<bool> apply_entities(const AdminClient& client, const ApplyEntities& apply, const Console& console);

Result<bool> patch_entity(const AdminClient& client, const PatchEntity& patch, OutputFormat format,
                          const Console& console);

// What refers to others first.
Result<bool> delete_entities(const AdminClient& client, const DeleteEntities& remove, const Console& console);

}  // namespace otoroshi::ctl
