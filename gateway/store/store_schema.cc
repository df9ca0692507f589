#include "gateway/store/store_schema.h"

#include <sqlite3.h>

#include <string>

namespace otoroshi::gateway {
namespace {

// An entity's kind is its section in import files; "section" holds what Entities::other_sections does.
constexpr const char* steps[] = {
    // 1
    "CREATE TABLE entities ("
    "  position INTEGER PRIMARY KEY,"  // ascending in order of creation
    "  kind TEXT NOT NULL,"
    "  id TEXT NOT NULL,"
    "  json TEXT NOT NULL,"
    "  UNIQUE (kind, id))",
};

struct Marks {
  std::int64_t application_id;
  std::int64_t version;
  std::int64_t tables;

  bool is_new() const { return application_id == 0 && version == 0 && tables == 0; }
};

SqliteResult<Marks> read_marks(SqliteDatabase& database) {
  Marks marks{};
  const struct {
    const char* query;
    std::int64_t* mark;
  } reads[] = {{"PRAGMA application_id", &marks.application_id},
               {"PRAGMA user_version", &marks.version},
               {"SELECT count(*) FROM sqlite_schema", &marks.tables}};
  for (const auto& read : reads) {
    auto value = database.integer_of(read.query);
    if (!value) return std::unexpected(std::move(value.error()));
    *read.mark = *value;
  }
  return marks;
}

std::unexpected<Error> refused(std::string sentence) {
  return fail(ErrorCode::io, Side::gateway, std::move(sentence));
}
std::unexpected<Error> refused(const SqliteFailure& failure) {
  return refused(failure.message + "; nothing in it was changed: " + remedy_for(failure));
}

SqliteResult<void> take_step(SqliteDatabase& database, const char* step, std::size_t version) {
  return database.execute(std::string(step) + "; PRAGMA user_version = " + std::to_string(version));
}

}  // namespace

SchemaSteps store_schema() {
  return steps;
}

Result<void> check_schema(SqliteDatabase& database, SchemaSteps schema) {
  const auto marks = read_marks(database);
  if (!marks) return refused(marks.error());
  if (marks->is_new()) return {};
  if (marks->application_id != store_application_id)
    return refused("it is another program's database; nothing in it was changed: move it away");
  if (marks->version > static_cast<std::int64_t>(schema.size()))
    return refused("its schema has version " + std::to_string(marks->version) +
                   ", and this gateway knows none beyond " + std::to_string(schema.size()) +
                   "; nothing in it was changed: start the gateway that made it, or a later one");
  const auto verdict = database.value_of("PRAGMA quick_check(1)");
  if (!verdict) return refused(verdict.error());
  if (*verdict != "ok") return refused(SqliteFailure{SQLITE_CORRUPT, "it is damaged (" + *verdict + ')'});
  return {};
}

SqliteResult<void> migrate(SqliteDatabase& database, SchemaSteps schema) {
  const auto marks = read_marks(database);
  if (!marks) return std::unexpected(marks.error());
  if (marks->version == static_cast<std::int64_t>(schema.size())) return {};
  auto transaction = SqliteTransaction::begin(database);
  if (!transaction) return std::unexpected(std::move(transaction.error()));
  for (auto version = static_cast<std::size_t>(marks->version); version < schema.size(); ++version) {
    if (auto taken = take_step(database, schema[version], version + 1); !taken) return taken;
  }
  auto marked = database.execute("PRAGMA application_id = " + std::to_string(store_application_id));
  if (!marked) return marked;
  return transaction->commit();
}

}  // namespace otoroshi::gateway
