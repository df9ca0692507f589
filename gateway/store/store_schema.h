// What the gateway's database looks like, and how one that an earlier version made becomes like that.
#pragma once

#include <cstdint>
#include <span>

#include "common/base/result.h"
#include "gateway/store/sqlite.h"

namespace otoroshi::gateway {

// Says that a database is this gateway's: "OTCP" (PRAGMA application_id, at offset 68 of the file).
inline constexpr std::int64_t store_application_id = 0x4f544350;

// The statements that bring a schema from one version to the next. The version that a database has (PRAGMA
// user_version) is the number of steps that it has taken. Steps are only ever added, never changed.
using SchemaSteps = std::span<const char* const>;
SchemaSteps store_schema();

// Whether the database is one of ours, or an empty one, and whole, and not of a later version. Changes
// nothing. Fails (io) with why not, and what to do; the caller knows the file.
Result<void> check_schema(SqliteDatabase& database, SchemaSteps schema);

// Takes the steps that are missing, all of them or none.
SqliteResult<void> migrate(SqliteDatabase& database, SchemaSteps schema);

}  // namespace otoroshi::gateway
