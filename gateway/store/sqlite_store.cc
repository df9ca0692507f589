#include "gateway/store/sqlite_store.h"

#include <spdlog/spdlog.h>

#include <filesystem>
#include <utility>

#include "gateway/store/store_schema.h"

namespace otoroshi::gateway {
namespace {

std::string path_in(const std::string& data_dir) {
  return (std::filesystem::path(data_dir) / "entities.db").string();
}

bool exists(const std::string& path) {
  std::error_code ignored;  // what cannot be looked at cannot be opened either, and that is told
  return std::filesystem::exists(path, ignored);
}

std::unexpected<Error> unusable(const std::string& path, const std::string& why) {
  return fail(ErrorCode::io, Side::gateway, "the store '" + path + "' cannot be used: " + why);
}
std::unexpected<Error> unusable(const std::string& path, const SqliteFailure& failure) {
  return unusable(path, failure.message + ": " + remedy_for(failure));
}

Result<StoredRows> read_current_rows(const std::string& path, SqliteDatabase& database) {
  if (auto migrated = migrate(database, store_schema()); !migrated) return unusable(path, migrated.error());
  auto rows = read_rows(database);
  if (!rows) return unusable(path, rows.error().sentence);
  return rows;
}

// Otherwise the file stays as long as a large change, or a program that read for long, has made it.
constexpr const char* keep_log_short = "PRAGMA journal_size_limit = 4194304";  // bytes: what 1,000 pages take

// A change is appended to the -wal file, which is what makes it durable, and moved into the database later.
Result<void> turn_on_write_ahead_log(const std::string& path, SqliteDatabase& database) {
  if (database.is_read_only())
    return unusable(path, "it cannot be written: let the gateway write to the file and to its folder");
  const auto mode = database.value_of("PRAGMA journal_mode = WAL");
  if (!mode) return unusable(path, mode.error());
  if (*mode != "wal")
    return unusable(path,
                    "its file system does not let programs share memory: name a folder on a local disk "
                    "in \"dataDir\" (GATEWAY_DATA_DIR)");
  for (const auto* setting : {"PRAGMA synchronous = FULL", keep_log_short}) {
    if (auto set = database.execute(setting); !set) return unusable(path, set.error());
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& data_dir) {
  auto lock = DataFolderLock::take(data_dir);
  if (!lock) return std::unexpected(std::move(lock.error()));
  const auto path = path_in(data_dir);
  const bool is_new = !exists(path);
  auto database = SqliteDatabase::open(path);
  if (!database) return unusable(path, database.error());
  if (auto checked = check_schema(*database, store_schema()); !checked)
    return unusable(path, checked.error().sentence);
  if (auto turned_on = turn_on_write_ahead_log(path, *database); !turned_on)
    return std::unexpected(std::move(turned_on.error()));
  auto rows = read_current_rows(path, *database);
  if (!rows) return std::unexpected(std::move(rows.error()));
  if (auto synced = sync_folder(data_dir); !synced) return unusable(path, synced.error().sentence);
  database->keep_changes();
  if (is_new) spdlog::info("a new store is in {}", path);
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::move(*lock), path, std::move(*database), std::move(*rows)));
}

Result<Entities> SqliteStore::read(const std::string& data_dir) {
  const auto path = path_in(data_dir);
  if (!exists(path)) return Entities();
  auto copy = SqliteDatabase::copy_of(path);
  if (!copy) return unusable(path, copy.error());
  if (auto checked = check_schema(*copy, store_schema()); !checked)
    return unusable(path, checked.error().sentence);
  auto rows = read_current_rows(path, *copy);
  if (!rows) return std::unexpected(std::move(rows.error()));
  return std::move(rows->entities);
}

Result<void> SqliteStore::replace(Entities entities) {
  RowPlan plan(rows_.next_position);
  PositionsByKind positions;
  for_each_kind([&]<class Entity>(const EntityKind<Entity>& kind) {
    positions[kind.section] = plan.change(kind, list_of<Entity>(rows_.entities),
                                          rows_.positions[kind.section], list_of<Entity>(entities));
  });
  plan.change_sections(rows_.entities.other_sections, entities.other_sections);
  if (auto written = write(plan.changes()); !written) return written;
  rows_ = {std::move(entities), std::move(positions), plan.next_position()};
  return {};
}

Result<void> SqliteStore::write(const RowChanges& changes) {
  if (changes.empty()) return {};
  if (database_.has_moved())
    return fail(
        ErrorCode::io, Side::gateway,
        "'" + path_ +
            "' was deleted, moved or replaced while the gateway ran; put it back, or start the gateway "
            "again with what is there now");
  if (const auto log = path_ + "-wal"; !exists(log)) {
    // The open file still has the latest changes: they go into the database while that is possible.
    const auto saved = database_.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    return fail(ErrorCode::io, Side::gateway,
                "nothing has changed: '" + log + "' was deleted while the gateway ran; " +
                    (saved ? "what it held is in the database: start the gateway again"
                           : "what it held could not be saved (" + saved.error().message +
                                 "): export the entities, then start the gateway again"));
  }
  auto transaction = SqliteTransaction::begin(database_);
  auto done = transaction ? write_rows(database_, changes) : std::unexpected(std::move(transaction.error()));
  if (done) done = transaction->commit();
  if (done) return {};
  return fail(ErrorCode::io, Side::gateway,
              "it could not be kept in '" + path_ + "': " + done.error().message + "; " +
                  remedy_for(done.error()) + " and try again");
}

}  // namespace otoroshi::gateway
