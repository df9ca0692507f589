#include "otoroshictl/resources/documents.h"

#include <algorithm>
#include <utility>

#include "common/json/reader.h"
#include "common/json/writer.h"
#include "common/text/lines.h"
#include "common/text/quoted.h"
#include "otoroshictl/resources/terminal_text.h"
#include "otoroshictl/resources/yaml.h"

namespace otoroshi::ctl {
namespace {

constexpr auto kind_field = "kind";
constexpr auto api_version_field = "apiVersion";
constexpr auto spec_field = "spec";

std::unexpected<Error> unusable(std::string_view origin, std::string_view why) {
  return fail(ErrorCode::bad_input, Side::client, terminal_text(origin).append(": ").append(why));
}

Result<JsonDocument> parse_one(std::string_view text, std::string_view name, JsonSyntax syntax) {
  auto document = parse_json(text, syntax);
  if (!document) return unusable(name, to_text(document.error()));
  return std::move(*document);
}

Result<std::vector<JsonDocument>> parse_lines(std::string_view text, std::string_view name) {
  std::vector<JsonDocument> documents;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = take_line(text);
    if (is_blank(line)) continue;
    auto document = parse_json(line);
    if (!document)
      return unusable(name, "value in line " + std::to_string(number) + ": " + to_text(document.error()));
    documents.push_back(std::move(*document));
  }
  return documents;
}

Result<std::vector<JsonDocument>> parse_yaml(std::string_view text, std::string_view name) {
  const auto jsons = yaml_to_json(text);
  if (!jsons) return unusable(name, jsons.error().sentence);
  std::vector<JsonDocument> documents;
  for (const auto& json : *jsons) {
    auto document = parse_json(json);
    if (!document) return unusable(name, to_text(document.error()));
    if (!document->IsNull()) documents.push_back(std::move(*document));  // nothing between two "---"
  }
  return documents;
}

bool looks_like_json(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

std::string_view text_at(const JsonValue& object, const char* field) {
  const auto member = object.FindMember(field);
  return member != object.MemberEnd() && member->value.IsString() ? text_of(member->value)
                                                                  : std::string_view();
}

const ResourceKind* kind_of_section(std::string_view section) {
  const auto kinds = resource_kinds();
  const auto found = std::ranges::find(kinds, section, &ResourceKind::section);
  return found == kinds.end() ? nullptr : &*found;
}

// What a whole gateway exports: lists of entities under the names of their sections. An entity of the kind
// that is wanted may have such a list, too, as a field of its owner's.
bool is_export(const JsonValue& document, const ResourceKind* wanted) {
  if (wanted && document.HasMember(std::string(wanted->id_field).c_str())) return false;
  return !document.HasMember(kind_field) && std::ranges::any_of(document.GetObject(), [](const auto& member) {
    return member.value.IsArray() && kind_of_section(text_of(member.name));
  });
}

bool is_empty(const JsonValue& value) {
  return (value.IsArray() && value.Empty()) || (value.IsObject() && value.ObjectEmpty());
}

// The entity without the `kind` that we have read: that is not the server's to keep.
std::string without_kind(const JsonValue& entity) {
  const bool is_ours = find_kind(text_at(entity, kind_field)).has_value();
  JsonWriter json;
  json.begin_object();
  for (const auto& member : entity.GetObject())
    if (!is_ours || text_of(member.name) != kind_field) json.key(text_of(member.name)).value(member.value);
  json.end_object();
  return json.take();
}

class EntityReader {
 public:
  EntityReader(std::string_view name, const ResourceKind* wanted) : name_(name), wanted_(wanted) {}

  Result<void> read(const JsonValue& document) {
    if (document.IsArray()) {
      for (const auto& element : document.GetArray())
        if (auto read = read_entity(element, wanted_); !read) return read;
      return {};
    }
    return document.IsObject() && is_export(document, wanted_) ? read_export(document)
                                                               : read_entity(document, wanted_);
  }

  EntityDocuments take() { return std::move(documents_); }

 private:
  std::string origin() const { return std::string(name_).append(", entity ").append(std::to_string(count_)); }

  Result<void> read_export(const JsonValue& sections) {
    for (const auto& member : sections.GetObject()) {
      const auto section = text_of(member.name);
      const auto* kind = kind_of_section(section);
      if (section == "stats") continue;  // of the export itself
      const bool holds_entities = member.value.IsArray() || member.value.IsObject();
      if (!kind && holds_entities && !is_empty(member.value)) documents_.left_out.emplace_back(section);
      if (!kind || (wanted_ && kind != wanted_)) continue;
      if (!member.value.IsArray())
        return unusable(name_, std::string(section).append(" is no list of entities"));
      for (const auto& entity : member.value.GetArray())
        if (auto read = read_entity(entity, kind); !read) return read;
    }
    return {};
  }

  Result<void> read_entity(const JsonValue& value, const ResourceKind* kind) {
    ++count_;
    if (!value.IsObject()) return unusable(origin(), "an entity is an object, not " + shown(value));
    if (const auto name = text_at(value, kind_field); !name.empty()) {
      const auto named = find_kind(name);
      // Where the kind is known anyway, it is a field of the entity's owner.
      if (!named && !kind) return unusable(origin(), "kind: " + named.error().sentence);
      if (named && kind && *named != kind)
        return unusable(origin(), std::string("this is a ")
                                      .append((*named)->singular)
                                      .append(", where ")
                                      .append(kind->plural)
                                      .append(" are wanted"));
      if (named) kind = *named;
    }
    if (!kind)
      return unusable(origin(),
                      "it does not say what it is: name the kind on the command line, or give it a field "
                      "\"kind\" such as \"TcpService\"");
    const std::string id_field(kind->id_field);
    const auto spec = value.FindMember(spec_field);
    // One that has its own id is itself: then these are fields of its owner's.
    const bool is_wrapped = value.HasMember(api_version_field) && spec != value.MemberEnd() &&
                            spec->value.IsObject() && !value.HasMember(id_field.c_str());
    const auto& entity = is_wrapped ? spec->value : value;
    const auto id = text_at(entity, id_field.c_str());
    documents_.entities.push_back({kind, std::string(id), without_kind(entity), origin()});
    return {};
  }

  std::string_view name_;
  const ResourceKind* wanted_;
  std::size_t count_ = 0;
  EntityDocuments documents_;
};

}  // namespace

Result<std::vector<JsonDocument>> parse_documents(std::string_view text, std::string_view name) {
  if (name.ends_with(".yaml") || name.ends_with(".yml")) return parse_yaml(text, name);
  if (name.ends_with(".ndjson") || name.ends_with(".jsonl")) return parse_lines(text, name);
  if (!name.ends_with(".json") && !looks_like_json(text)) return parse_yaml(text, name);
  auto document = parse_one(text, name, JsonSyntax::relaxed);
  if (!document) return std::unexpected(std::move(document.error()));
  std::vector<JsonDocument> documents;
  documents.push_back(std::move(*document));
  return documents;
}

Result<EntityDocuments> read_entities(std::string_view text, std::string_view name,
                                      const ResourceKind* kind) {
  const auto documents = parse_documents(text, name);
  if (!documents) return std::unexpected(documents.error());
  EntityReader reader(name, kind);
  for (const auto& document : *documents)
    if (auto read = reader.read(document); !read) return std::unexpected(std::move(read.error()));
  return reader.take();
}

// Not std::stable_sort: libstdc++ 12 builds it on what C++23 has removed, which clang refuses.
void sort_for_applying(std::vector<EntityDocument>& entities) {
  std::vector<EntityDocument> sorted;
  for (const auto& kind : resource_kinds())
    for (auto& entity : entities)
      if (entity.kind == &kind) sorted.push_back(std::move(entity));
  entities = std::move(sorted);
}

std::string described(const ResourceKind& kind, std::string_view id) {
  return std::string(kind.singular).append(" ").append(terminal_text(id));
}

}  // namespace otoroshi::ctl
