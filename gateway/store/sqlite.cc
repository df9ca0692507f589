#include "gateway/store/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "common/net/socket_handle.h"
#include "common/text/percent.h"

namespace otoroshi::gateway {
namespace {

// For which another program that works on the file is waited.
constexpr int busy_timeout_ms = 2000;

constexpr int primary_code(int code) {
  return code & 0xff;
}

// Right after the call that failed. SQLite does not remember the system's error of a COMMIT.
std::unexpected<SqliteFailure> failure(int code, sqlite3* database) {
  const auto last_error = errno;
  std::string message = database ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  const auto known_error = database ? sqlite3_system_errno(database) : 0;
  const auto error = known_error != 0 ? known_error : last_error;
  const bool is_of_system = primary_code(code) == SQLITE_IOERR || primary_code(code) == SQLITE_CANTOPEN;
  if (is_of_system && error != 0) message.append(" (").append(std::strerror(error)).append(")");
  return std::unexpected(SqliteFailure{primary_code(code), std::move(message)});
}

bool exists(const std::string& path) {
  std::error_code ignored;  // what cannot be looked at cannot be opened either, and that is told
  return std::filesystem::exists(path, ignored);
}

// A file's name in SQLite's own kind of URI; its slashes stay.
std::string uri_of(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) uri += c == '/' ? "/" : percent_encode({&c, 1});
  return uri;
}

}  // namespace

std::string remedy_for(const SqliteFailure& failure) {
  switch (failure.code) {
    case SQLITE_FULL:
      return "free some space on the disk";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return "let the gateway write to the file and to its folder";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "end the other program that works on the file";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "put a good copy of the file there, or move it away to begin with an empty store";
    case SQLITE_CONSTRAINT:
      return "start the gateway again, which reads what another program has written,";
    default:
      return "look after the disk";
  }
}

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteStatement& SqliteStatement::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), parameter + 1, value);
  return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), parameter + 1, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

SqliteResult<bool> SqliteStatement::step() {
  const auto code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW || code == SQLITE_DONE) return code == SQLITE_ROW;
  auto failed = failure(code, sqlite3_db_handle(statement_.get()));
  reset();
  return failed;
}

SqliteResult<void> SqliteStatement::change_one_row() {
  if (auto done = step(); !done) return std::unexpected(std::move(done.error()));
  reset();
  if (sqlite3_changes(sqlite3_db_handle(statement_.get())) == 1) return {};
  return std::unexpected(SqliteFailure{SQLITE_CONSTRAINT, "another program has changed the rows"});
}

void SqliteStatement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

std::int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view SqliteStatement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return text ? std::string_view(text,
                                 static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)))
              : std::string_view();
}

void SqliteDatabase::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);  // waits for statements that are still there
}

SqliteResult<SqliteDatabase> SqliteDatabase::connect(const std::string& name, int flags) {
  sqlite3* opened = nullptr;
  const auto code = sqlite3_open_v2(name.c_str(), &opened, flags | SQLITE_OPEN_EXRESCODE, nullptr);
  SqliteDatabase database(opened);
  if (code != SQLITE_OK) return failure(code, opened);
  sqlite3_busy_timeout(opened, busy_timeout_ms);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return database;
}

SqliteResult<SqliteDatabase> SqliteDatabase::open(const std::string& path) {
  // SQLite itself would let everybody read it.
  const SocketHandle made(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!made && errno != EROFS && errno != EACCES)
    return std::unexpected(SqliteFailure{SQLITE_CANTOPEN, std::strerror(errno)});
  return connect(path, SQLITE_OPEN_READWRITE);
}

SqliteResult<SqliteDatabase> SqliteDatabase::copy_of(const std::string& path) {
  // Without a -wal file nobody works on it, and only as an immutable one it can be read without making one.
  const auto* const mode = exists(path + "-wal") ? "?mode=ro" : "?mode=ro&immutable=1";
  auto file = connect(uri_of(path) + mode, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
  if (!file) return file;
  auto copy = connect(":memory:", SQLITE_OPEN_READWRITE);
  if (!copy) return copy;
  auto* const backup = sqlite3_backup_init(copy->database_.get(), "main", file->database_.get(), "main");
  if (!backup) return failure(sqlite3_errcode(copy->database_.get()), copy->database_.get());
  sqlite3_backup_step(backup, -1);
  if (const auto code = sqlite3_backup_finish(backup); code != SQLITE_OK)
    return failure(code, copy->database_.get());
  return copy;
}

SqliteResult<void> SqliteDatabase::execute(const std::string& statements) {
  const auto code = sqlite3_exec(database_.get(), statements.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code, database_.get());
  return {};
}

SqliteResult<SqliteStatement> SqliteDatabase::prepare(std::string_view statement) {
  sqlite3_stmt* prepared = nullptr;
  const auto code = sqlite3_prepare_v3(database_.get(), statement.data(), static_cast<int>(statement.size()),
                                       SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code != SQLITE_OK) return failure(code, database_.get());
  return SqliteStatement(prepared);
}

SqliteResult<std::string> SqliteDatabase::value_of(std::string_view query) {
  auto statement = prepare(query);
  if (!statement) return std::unexpected(std::move(statement.error()));
  if (auto row = statement->step(); !row) return std::unexpected(std::move(row.error()));
  return std::string(statement->text(0));
}

SqliteResult<std::int64_t> SqliteDatabase::integer_of(std::string_view query) {
  auto statement = prepare(query);
  if (!statement) return std::unexpected(std::move(statement.error()));
  if (auto row = statement->step(); !row) return std::unexpected(std::move(row.error()));
  return statement->integer(0);
}

bool SqliteDatabase::is_read_only() const {
  return sqlite3_db_readonly(database_.get(), "main") == 1;
}

bool SqliteDatabase::has_moved() const {
  int moved = 0;
  sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

void SqliteDatabase::keep_changes() {
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

SqliteResult<SqliteTransaction> SqliteTransaction::begin(SqliteDatabase& database) {
  auto begun = database.execute("BEGIN IMMEDIATE");
  // A program that keeps the lock costs one wait, not one for each transaction until it lets go.
  sqlite3_busy_timeout(database.database_.get(), begun ? busy_timeout_ms : 0);
  if (!begun) return std::unexpected(std::move(begun.error()));
  return SqliteTransaction(database);
}

SqliteTransaction::~SqliteTransaction() {
  if (database_) std::ignore = database_->execute("ROLLBACK");  // fails where SQLite has rolled back itself
}

SqliteResult<void> SqliteTransaction::commit() {
  auto committed = database_->execute("COMMIT");
  if (committed) database_ = nullptr;
  return committed;
}

}  // namespace otoroshi::gateway
