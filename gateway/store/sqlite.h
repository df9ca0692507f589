// SQLite with owners and with errors as values: a connection, its statements, a transaction. Knows nothing of
// what is kept. One thread at a time.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace otoroshi::gateway {

struct SqliteFailure {
  int code;             // the primary result code, such as SQLITE_FULL
  std::string message;  // "database or disk is full (No space left on device)"
};

// A sentence's end for who has to mend it: "free some space on the disk".
std::string remedy_for(const SqliteFailure& failure);

template <class T>
using SqliteResult = std::expected<T, SqliteFailure>;

// A prepared statement. Parameters and columns count from 0.
class SqliteStatement {
 public:
  // The text must live until the next reset().
  SqliteStatement& bind(int parameter, std::int64_t value);
  SqliteStatement& bind(int parameter, std::string_view text);

  SqliteResult<bool> step();  // true: at a row; false: there is no more
  // A statement that answers no row, and must change exactly one; ready for the next parameters afterwards.
  SqliteResult<void> change_one_row();
  void reset();

  std::int64_t integer(int column) const;
  std::string_view text(int column) const;  // valid until the next step() or reset()

 private:
  friend class SqliteDatabase;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class SqliteDatabase {
 public:
  // Makes the file (mode 0600, as the -wal and -shm files beside it will be) if there is none. Nothing is
  // written yet, and closing leaves the file as it is until keep_changes() is called.
  static SqliteResult<SqliteDatabase> open(const std::string& path);

  // Reads the file into memory, with what its -wal file adds. Makes, locks and changes nothing on the disk.
  static SqliteResult<SqliteDatabase> copy_of(const std::string& path);

  SqliteResult<void> execute(const std::string& statements);
  SqliteResult<SqliteStatement> prepare(std::string_view statement);
  SqliteResult<std::string> value_of(std::string_view query);  // the first column of the first row
  SqliteResult<std::int64_t> integer_of(std::string_view query);

  bool is_read_only() const;
  bool has_moved() const;  // the file has been deleted, renamed or replaced since it was opened
  void keep_changes();     // from now on, closing moves what the -wal file holds into the database

 private:
  friend class SqliteTransaction;
  struct Close {
    void operator()(sqlite3* database) const;
  };
  explicit SqliteDatabase(sqlite3* database) : database_(database) {}
  static SqliteResult<SqliteDatabase> connect(const std::string& name, int flags);

  std::unique_ptr<sqlite3, Close> database_;
};

// What is done until commit() happens wholly, or not at all if it fails or is not reached.
class SqliteTransaction {
 public:
  // Waits for another program that writes, unless the last attempt has waited in vain.
  static SqliteResult<SqliteTransaction> begin(SqliteDatabase& database);
  SqliteTransaction(SqliteTransaction&& other) noexcept
      : database_(std::exchange(other.database_, nullptr)) {}
  SqliteTransaction& operator=(SqliteTransaction&&) = delete;
  ~SqliteTransaction();

  SqliteResult<void> commit();

 private:
  explicit SqliteTransaction(SqliteDatabase& database) : database_(&database) {}

  SqliteDatabase* database_;  // null: it is over
};

}  // namespace otoroshi::gateway
