// Entities that outlive the process: in the database `entities.db` of the data folder, of which this process
// is the only one that writes. Every replace() is one transaction that is on the disk before it returns
// (write-ahead log, synchronous=FULL). Control thread only, which waits for the disk.
#pragma once

#include <memory>
#include <string>

#include "gateway/store/data_folder.h"
#include "gateway/store/entity_store.h"
#include "gateway/store/sqlite.h"
#include "gateway/store/stored_rows.h"

namespace otoroshi::gateway {

class SqliteStore final : public EntityStore {
 public:
  // Makes folder and database if they are not there, and brings an older database to today's schema. Fails
  // (io) with the path, why and what to do: the folder is another gateway's, the file is damaged, another
  // program's, of a later version, cannot be written, or holds an entity that cannot be used. The file is
  // then as it was.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& data_dir);

  // What open() would find, without making, locking or changing anything; nothing if there is no database.
  static Result<Entities> read(const std::string& data_dir);

  const Entities& entities() const override { return rows_.entities; }

  // Writes the rows of what changed. Fails (io) with what to do, and then nothing has changed; the next call
  // succeeds if the cause is gone.
  Result<void> replace(Entities entities) override;

 private:
  SqliteStore(DataFolderLock lock, std::string path, SqliteDatabase database, StoredRows rows)
      : lock_(std::move(lock)),
        path_(std::move(path)),
        database_(std::move(database)),
        rows_(std::move(rows)) {}

  Result<void> write(const RowChanges& changes);

  DataFolderLock lock_;  // until the database is closed
  std::string path_;
  SqliteDatabase database_;
  StoredRows rows_;
};

}  // namespace otoroshi::gateway
