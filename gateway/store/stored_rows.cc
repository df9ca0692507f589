#include "gateway/store/stored_rows.h"

#include <memory>
#include <string>
#include <utility>

#include "common/text/quoted.h"
#include "gateway/store/entity_kinds.h"

namespace otoroshi::gateway {
namespace {

struct Row {
  std::int64_t position;
  std::string_view kind;
  std::string_view id;
  std::string_view json;
};

class RowReader {
 public:
  void read(const Row& row) {
    rows_.next_position = row.position + 1;
    bool is_known = row.kind == section_kind;
    if (is_known) rows_.entities.other_sections.emplace(row.id, row.json);
    for_each_kind([&]<class Entity>(const EntityKind<Entity>& kind) {
      if (row.kind != kind.section) return;
      is_known = true;
      read_entity(kind, row);
    });
    if (!is_known)
      refuse(row, "entity of the kind " + otoroshi::quoted(row.kind), {{"", "there is no such kind"}});
  }

  Result<StoredRows> finish() {
    if (unusable_ == 0) return std::move(rows_);
    auto sentence = std::move(first_unusable_);
    if (unusable_ > 1) sentence += " (and so are " + std::to_string(unusable_ - 1) + " more)";
    return fail(
        ErrorCode::io, Side::gateway,
        sentence + ": correct the JSON there or delete the row, for example with the program sqlite3");
  }

 private:
  template <class Entity>
  void read_entity(const EntityKind<Entity>& kind, const Row& row) {
    auto entity = parse_entity(kind.description(), row.json);
    auto problems = entity ? kind.check_stored(*entity) : std::move(entity.error());
    if (problems.empty() && (*entity).*kind.id != row.id)
      problems.push_back({std::string("/").append(kind.id_field), "is not the id of the row"});
    if (!problems.empty()) {
      // By the name it would be known better, but that may be what is wrong.
      const auto id = kind.id_is_secret ? std::string() : ' ' + otoroshi::quoted(row.id, 100, '\'');
      return refuse(row, std::string(kind.noun) + id, problems);
    }
    list_of<Entity>(rows_.entities).push_back(std::make_shared<const Entity>(std::move(*entity)));
    rows_.positions[kind.section].push_back(row.position);
  }

  void refuse(const Row& row, const std::string& what, const Problems& problems) {
    if (++unusable_ > 1) return;
    first_unusable_ = "the " + what + " at position " + std::to_string(row.position) +
                      " of its table \"entities\" cannot be used: " + to_text({problems.front()});
  }

  StoredRows rows_;
  std::size_t unusable_ = 0;
  std::string first_unusable_;
};

SqliteResult<void> remove(SqliteDatabase& database, const std::vector<RowChanges::Key>& keys) {
  auto statement = database.prepare("DELETE FROM entities WHERE kind = ? AND id = ?");
  if (!statement) return std::unexpected(std::move(statement.error()));
  for (const auto& [kind, id] : keys) {
    if (auto done = statement->bind(0, kind).bind(1, id).change_one_row(); !done) return done;
  }
  return {};
}

SqliteResult<void> put(SqliteDatabase& database, const char* sql, const std::vector<RowChanges::Row>& rows) {
  auto statement = database.prepare(sql);
  if (!statement) return std::unexpected(std::move(statement.error()));
  for (const auto& [kind, id, position, json] : rows) {
    statement->bind(0, position).bind(1, json).bind(2, kind).bind(3, id);
    if (auto done = statement->change_one_row(); !done) return done;
  }
  return {};
}

}  // namespace

Result<StoredRows> read_rows(SqliteDatabase& database) {
  RowReader reader;
  auto statement = database.prepare("SELECT position, kind, id, json FROM entities ORDER BY position");
  auto at_row = statement ? statement->step() : std::unexpected(std::move(statement.error()));
  for (; at_row && *at_row; at_row = statement->step())
    reader.read({statement->integer(0), statement->text(1), statement->text(2), statement->text(3)});
  if (!at_row)
    return fail(ErrorCode::io, Side::gateway, at_row.error().message + ": " + remedy_for(at_row.error()));
  return reader.finish();
}

SqliteResult<void> write_rows(SqliteDatabase& database, const RowChanges& changes) {
  if (auto done = remove(database, changes.removed); !done) return done;
  if (auto done = put(database, "UPDATE entities SET position = ?, json = ? WHERE kind = ? AND id = ?",
                      changes.updated);
      !done)
    return done;
  return put(database, "INSERT INTO entities (position, json, kind, id) VALUES (?, ?, ?, ?)", changes.added);
}

}  // namespace otoroshi::gateway
