// Tables of entities for people: one line an entity, columns aligned. (pure)
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/parse.h"
#include "otoroshictl/resources/kinds.h"

namespace otoroshi::ctl {

// What stands in the entity at a path such as "frontend.domains"; null: nothing.
const JsonValue* find_at(const JsonValue& entity, std::string_view path);

// How a value looks in a cell; "-": there is none.
std::string cell_text(const JsonValue* value, ColumnFormat format);

// Rows as they are, below the headers; every row has as many cells. Cells are made safe for terminals, and
// long ones are cut, but for those of the first column.
std::string table_text(std::span<const std::string_view> headers,
                       const std::vector<std::vector<std::string>>& rows);

// `entities`: one, or a list of them.
std::string entity_table(const JsonValue& entities, std::span<const Column> columns);

}  // namespace otoroshi::ctl
