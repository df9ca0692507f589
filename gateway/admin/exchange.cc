#include "gateway/admin/exchange.h"

#include <algorithm>
#include <ctime>
#include <map>
#include <unordered_set>
#include <utility>

#include "common/json/reader.h"
#include "common/json/writer.h"
#include "common/text/lines.h"
#include "common/text/quoted.h"
#include "gateway/admin/entity_id.h"
#include "gateway/config/import_file.h"

namespace otoroshi::gateway {
namespace {

constexpr std::string_view session_section = "appSessions";

// In Otoroshi's order, which is also that of dependence.
struct Section {
  std::string_view name;
  std::string_view empty = "[]";
};
constexpr Section sections[] = {
    {"config", "{}"},     {"admins"},
    {"simpleAdmins"},     {"serviceGroups"},
    {"apiKeys"},          {"serviceDescriptors"},
    {"errorTemplates"},   {"jwtVerifiers"},
    {"authConfigs"},      {"certificates"},
    {"clientValidators"}, {"scripts"},
    {"tcpServices"},      {"dataExporters"},
    {"tenants"},          {"teams"},
    {"routes"},           {"routeCompositions"},
    {"backends"},         {"wasmPlugins"},
    {"drafts"},           {"extensions", "{}"},
};

bool is_listed(std::string_view name) {
  return std::ranges::find(sections, name, &Section::name) != std::end(sections);
}

// "2026-11-22 03:04:05"
std::string date_text(std::chrono::system_clock::time_point now) {
  const auto seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const auto length = std::strftime(text, sizeof text, "%F %T", &parts);
  return {text, length};
}

void write_head(std::chrono::system_clock::time_point now, JsonWriter& json) {
  const auto since_1970 = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  json.key("label").text("Otoroshi export").key("dateRaw").number(since_1970.count());
  json.key("date").text(date_text(now)).key("stats").begin_object();
  for (const auto* count : {"calls", "dataIn", "dataOut"}) json.key(count).number(0);
  json.end_object();
}

void write_list(const EntityResource& resource, const Entities& entities, Secrets secrets, JsonWriter& json) {
  json.begin_list();
  for (std::size_t i = 0; i < resource.count(entities); ++i) resource.write(entities, i, secrets, json);
  json.end_list();
}

// Text of ours or of an import, which parses.
void write_text(std::string_view json_text, JsonWriter& json) {
  json.value(parse_json(json_text).value());
}

void write_section(const Section& section, const Entities& entities, Secrets secrets, JsonWriter& json) {
  json.key(section.name);
  if (const auto* resource = resource_of_section(section.name)) {
    write_list(*resource, entities, secrets, json);
  } else {
    const auto kept = entities.other_sections.find(std::string(section.name));
    write_text(kept == entities.other_sections.end() ? section.empty : kept->second, json);
  }
}

// Appends an entity of a list, or the value of the whole section, to the texts of the sections.
void add_line(const JsonValue& line, std::map<std::string, std::string>& lists,
              std::map<std::string, std::string>& values, const JsonPlace& place) {
  if (!is_object(line, place)) return;
  const auto section = line.FindMember("section");
  const auto entity = line.FindMember("entity");
  const auto value = line.FindMember("value");
  const auto end = line.MemberEnd();
  if (section == end || !section->value.IsString() || (entity == end) == (value == end)) {
    place.problem(R"({"section": ..., "entity": ...} or {"section": ..., "value": ...} is wanted)");
    return;
  }
  const std::string name(text_of(section->value));
  if (entity != end) {
    auto& list = lists[name];
    list.append(list.empty() ? "" : ",").append(to_json(entity->value));
  } else {
    values[name] = to_json(value->value);
  }
}

// Puts the sessions of the document over those that are stored.
EntityList<AppSession> with_stored(EntityList<AppSession> sessions, const EntityList<AppSession>& stored) {
  std::unordered_set<std::string_view> given;
  for (const auto& session : sessions) given.insert(session->random_id);
  for (const auto& session : stored) {
    if (!given.contains(session->random_id)) sessions.push_back(session);
  }
  return sessions;
}

// Ids that no path of this API could name. What is stored may be older than these rules.
EntityProblems wrong_new_ids(const Entities& wanted, const Entities& stored) {
  EntityProblems problems;
  for_each_kind([&]<class Entity>(const EntityKind<Entity>& kind) {
    std::unordered_set<std::string_view> known;
    for (const auto& entity : list_of<Entity>(stored)) known.insert((*entity).*kind.id);
    for (const auto& entity : list_of<Entity>(wanted)) {
      const auto& id = (*entity).*kind.id;
      if (known.contains(id)) continue;
      if (auto wrong = wrong_id(id))
        problems.push_back(
            {std::string(kind.section), id, {std::string("/").append(kind.id_field), std::move(*wrong)}});
    }
  });
  return problems;
}

}  // namespace

std::string export_document(const Entities& entities, Secrets secrets,
                            std::chrono::system_clock::time_point now) {
  JsonWriter json;
  write_head(now, json.begin_object());
  for (const auto& section : sections) write_section(section, entities, secrets, json);
  for (const auto& [name, text] : entities.other_sections) {
    if (!is_listed(name)) write_text(text, json.key(name));
  }
  return json.end_object().take();
}

std::string export_lines(const Entities& entities, Secrets secrets) {
  std::string lines;
  JsonWriter json;
  for (const auto& resource : entity_resources()) {
    if (resource->names().section == session_section) continue;
    for (std::size_t i = 0; i < resource->count(entities); ++i) {
      json.begin_object().key("section").text(resource->names().section).key("entity");
      resource->write(entities, i, secrets, json);
      lines.append(json.end_object().take()).append("\n");
    }
  }
  for (const auto& [name, text] : entities.other_sections) {
    json.begin_object().key("section").text(name);
    write_text(text, json.key("value"));
    lines.append(json.end_object().take()).append("\n");
  }
  return lines;
}

std::expected<std::string, Problems> document_of_lines(std::string_view lines) {
  std::map<std::string, std::string> lists, values;
  Problems problems;
  const JsonPlace root(problems);
  for (std::size_t number = 1; !lines.empty(); ++number) {
    const auto text = take_line(lines);
    if (is_blank(text)) continue;
    const auto place = root / number;  // "/7": the seventh line
    if (const auto line = parse_json(text))
      add_line(*line, lists, values, place);
    else
      for (const auto& problem : line.error()) place.problem(problem.sentence);
  }
  for (auto& [name, list] : lists) {
    if (!values.emplace(name, "[" + list + "]").second)
      root.problem("the section " + otoroshi::quoted(name) + " is given both by its entities and as a whole");
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  std::string document;
  for (const auto& [name, text] : values) {
    JsonWriter key;
    document.append(document.empty() ? "{" : ",").append(key.text(name).take()).append(":").append(text);
  }
  return document.empty() ? "{}" : document + "}";
}

std::expected<ImportedDocument, Problems> plan_replacement(std::string_view json, const Entities& stored) {
  auto imported = read_import_document(json, stored);
  if (!imported) return std::unexpected(std::move(imported.error()));
  if (const auto wrong = wrong_new_ids(imported->entities, stored); !wrong.empty())
    return std::unexpected(imported->places.locate(wrong));
  auto& sessions = imported->entities.tunnel.sessions;
  sessions = with_stored(std::move(sessions), stored.tunnel.sessions);
  auto other_sections = imported->entities.other_sections;
  ImportedDocument document{plan_import(stored, std::move(imported->entities), ImportMode::mirror),
                            std::move(imported->places), std::move(imported->warnings)};
  document.plan.entities.other_sections = std::move(other_sections);
  return document;
}

}  // namespace otoroshi::gateway
