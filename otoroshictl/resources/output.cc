#include "otoroshictl/resources/output.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <array>

#include "common/json/reader.h"
#include "common/json/writer.h"
#include "common/text/hex.h"
#include "common/text/utf8.h"
#include "otoroshictl/resources/table.h"
#include "otoroshictl/resources/yaml.h"

namespace otoroshi::ctl {
namespace {

constexpr unsigned indent = 2;

// RapidJSON escapes the controls below U+0020; DEL and C1, too, can steer a terminal. In JSON they stand in
// texts only.
std::string safe_json(std::string_view json) {
  std::string out;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const auto byte = static_cast<unsigned char>(json[at]);
    const auto next = at + 1 < json.size() ? static_cast<unsigned char>(json[at + 1]) : 0;
    const bool is_c1 = byte == 0xc2 && next >= 0x80 && next < 0xa0;
    if (is_c1 || byte == 0x7f)
      append_hex(out += "\\u00", is_c1 ? next : byte);
    else
      out += json[at];
    at += is_c1 ? 1 : 0;
  }
  return out;
}

std::string indented(const JsonValue& document) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', indent);
  document.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

using Allocator = JsonDocument::AllocatorType;

JsonValue one_with_kind(const ResourceKind& kind, const JsonValue& entity, Allocator& allocator) {
  if (!entity.IsObject()) return JsonValue(entity, allocator);
  JsonValue named(rapidjson::kObjectType);
  named.AddMember("kind", qualified_name(kind), allocator);
  for (const auto& member : entity.GetObject())
    if (text_of(member.name) != "kind")
      named.AddMember(JsonValue(member.name, allocator), JsonValue(member.value, allocator), allocator);
  return named;
}

JsonDocument with_kind(const ResourceKind& kind, const JsonValue& entities) {
  JsonDocument document;
  auto& allocator = document.GetAllocator();
  JsonValue& named = document;
  if (!entities.IsArray()) {
    named = one_with_kind(kind, entities, allocator);
    return document;
  }
  named.SetArray();
  for (const auto& entity : entities.GetArray())
    named.PushBack(one_with_kind(kind, entity, allocator), allocator);
  return document;
}

std::string table_of(const ResourceKind& kind, const JsonValue& entities,
                     const std::vector<std::string>& paths) {
  std::vector<Column> columns;
  for (const auto& path : paths) columns.push_back({path, path});
  return entity_table(entities, columns.empty() ? kind.columns : std::span<const Column>(columns));
}

void add_facts(const JsonValue& facts, const std::string& prefix,
               std::vector<std::vector<std::string>>& rows) {
  for (const auto& member : facts.GetObject()) {
    const auto name = prefix + std::string(text_of(member.name));
    if (member.value.IsObject())
      add_facts(member.value, name + '.', rows);
    else
      rows.push_back({name, cell_text(&member.value, ColumnFormat::plain)});
  }
}

}  // namespace

std::string document_text(OutputFormat format, const JsonValue& document) {
  if (format == OutputFormat::yaml) return to_yaml(document);
  return safe_json(format == OutputFormat::json ? to_json(document) : indented(document)) + '\n';
}

std::string entities_text(OutputFormat format, const ResourceKind& kind, const JsonValue& entities,
                          const std::vector<std::string>& columns) {
  if (format == OutputFormat::table) return table_of(kind, entities, columns);
  return document_text(format, with_kind(kind, entities));
}

std::string facts_text(OutputFormat format, const JsonValue& facts) {
  if (format != OutputFormat::table || !facts.IsObject()) return document_text(format, facts);
  constexpr std::array<std::string_view, 2> headers = {"FACT", "VALUE"};
  std::vector<std::vector<std::string>> rows;
  add_facts(facts, "", rows);
  return table_text(headers, rows);
}

}  // namespace otoroshi::ctl
