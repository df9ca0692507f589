#include "otoroshictl/resources/table.h"

#include <algorithm>
#include <cstddef>

#include "common/json/reader.h"
#include "common/json/writer.h"
#include "common/net/certificate.h"
#include "common/text/utf8.h"
#include "otoroshictl/resources/terminal_text.h"

namespace otoroshi::ctl {
namespace {

constexpr std::size_t widest_cell = 60;  // characters
constexpr std::string_view gap = "  ";
constexpr std::string_view nothing = "-";

bool is_list_of_texts(const JsonValue& value) {
  return value.IsArray() && value.Size() > 0 &&
         std::ranges::all_of(value.GetArray(), [](const auto& element) { return element.IsString(); });
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(first_character(text).size());
  return count;
}

std::string cut_to_width(std::string text) {
  if (count_characters(text) <= widest_cell) return text;
  constexpr std::string_view mark = "...";
  std::size_t end = 0;
  for (std::size_t shown = 0; shown < widest_cell - mark.size(); ++shown)
    end += first_character(std::string_view(text).substr(end)).size();
  text.resize(end);
  return text.append(mark);
}

void append_line(std::string& out, const std::vector<std::string>& cells,
                 const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t column = 0; column < cells.size(); ++column) {
    line.append(cells[column]).append(widths[column] - count_characters(cells[column]), ' ').append(gap);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out.append(line).append("\n");
}

}  // namespace

const JsonValue* find_at(const JsonValue& entity, std::string_view path) {
  const auto* value = &entity;
  while (!path.empty()) {
    if (!value->IsObject()) return nullptr;
    const auto name = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    const auto member =
        value->FindMember(JsonValue(name.data(), static_cast<rapidjson::SizeType>(name.size())));
    if (member == value->MemberEnd()) return nullptr;
    value = &member->value;
  }
  return value;
}

std::string cell_text(const JsonValue* value, ColumnFormat format) {
  if (!value || value->IsNull()) return std::string(nothing);
  if (format == ColumnFormat::date && value->IsInt64()) return date_text(value->GetInt64() / 1000);
  if (value->IsString())
    return value->GetStringLength() == 0 ? std::string(nothing) : std::string(text_of(*value));
  if (!value->IsArray()) return to_json(*value);
  if (!is_list_of_texts(*value)) return std::to_string(value->Size());
  std::string text;
  for (const auto& element : value->GetArray())
    text.append(text.empty() ? "" : ", ").append(text_of(element));
  return text;
}

std::string table_text(std::span<const std::string_view> headers,
                       const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> lines;
  lines.emplace_back(headers.begin(), headers.end());
  for (const auto& row : rows) {
    auto& cells = lines.emplace_back();
    for (const auto& cell : row) {
      const bool is_id = cells.empty();  // which the next command may want
      cells.push_back(is_id ? terminal_text(cell) : cut_to_width(terminal_text(cell)));
    }
  }
  std::vector<std::size_t> widths(headers.size());
  for (const auto& cells : lines)
    for (std::size_t column = 0; column < cells.size(); ++column)
      widths[column] = std::max(widths[column], count_characters(cells[column]));
  std::string text;
  for (const auto& cells : lines) append_line(text, cells, widths);
  return text;
}

std::string entity_table(const JsonValue& entities, std::span<const Column> columns) {
  std::vector<std::string_view> headers;
  for (const auto& column : columns) headers.push_back(column.header);
  std::vector<std::vector<std::string>> rows;
  const auto add_row = [&](const JsonValue& entity) {
    auto& row = rows.emplace_back();
    for (const auto& column : columns) row.push_back(cell_text(find_at(entity, column.path), column.format));
  };
  if (entities.IsArray())
    std::ranges::for_each(entities.GetArray(), add_row);
  else
    add_row(entities);
  return table_text(headers, rows);
}

}  // namespace otoroshi::ctl
