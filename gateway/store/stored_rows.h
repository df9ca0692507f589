// The rows of the store's table as entities, and what is kept beside them to write the next change.
#pragma once

#include <cstdint>

#include "common/base/result.h"
#include "gateway/store/entities.h"
#include "gateway/store/row_changes.h"
#include "gateway/store/sqlite.h"

namespace otoroshi::gateway {

struct StoredRows {
  Entities entities;
  PositionsByKind positions;
  std::int64_t next_position = 1;
};

// Reads every row and checks each entity as a request's would be. One that cannot be used (somebody has
// written it by hand) is never passed over: fails (io) with kind, id, path and reason; the caller knows the
// file.
Result<StoredRows> read_rows(SqliteDatabase& database);

// To be called in a transaction.
SqliteResult<void> write_rows(SqliteDatabase& database, const RowChanges& changes);

}  // namespace otoroshi::gateway
