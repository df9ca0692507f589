#include "otoroshictl/resources/change_entities.h"

#include <algorithm>
#include <ostream>
#include <string_view>
#include <utility>

#include "common/json/reader.h"
#include "common/json/writer.h"
#include "otoroshictl/resources/documents.h"
#include "otoroshictl/resources/output.h"
#include "otoroshictl/resources/table.h"
#include "otoroshictl/resources/terminal_text.h"

namespace otoroshi::ctl {
namespace {

constexpr unsigned not_found = 404;

void tell_warnings(const Console& console, const std::string& what, const HttpAnswer& answer) {
  for (const auto& warning : warnings_in(answer))
    console.problems << "warning: " << what << ": " << warning << '\n';
}

// "tcp-service a created", or why not. `done` is a word of that sentence.
bool tell(const Console& console, const std::string& what, const Result<std::string_view>& done) {
  if (done)
    console.out << what << ' ' << *done << std::endl;  // also where a pipe is read line by line
  else
    console.problems << what << " failed: " << done.error().sentence << std::endl;
  return done.has_value();
}

// The id that the gateway gave the entity.
std::string id_in(const ResourceKind& kind, const HttpAnswer& answer) {
  const auto entity = parse_json(answer.body);
  const auto* id = entity ? find_at(*entity, kind.id_field) : nullptr;
  return id && id->IsString() ? std::string(text_of(*id)) : std::string();
}

// Two answers with the same one are about the same entity. The tag also covers secrets that are not shown.
const std::string& state_of(const HttpAnswer& answer) {
  const auto tag = answer.headers.find("etag");
  return tag == answer.headers.end() ? answer.body : tag->second;
}

Result<std::string_view> apply(const AdminClient& client, const EntityDocument& entity,
                               const Console& console) {
  if (entity.id.empty())
    return fail(ErrorCode::bad_input, Side::client,
                std::string("it has no ")
                    .append(entity.kind->id_field)
                    .append(": give it one, or use `otoroshictl create`"));
  const auto path = path_of(*entity.kind, entity.id);
  const auto before = client.ask({.path = path});
  if (!before) return std::unexpected(before.error());
  const bool is_new = before->status == not_found;
  if (!is_new && before->status / 100 != 2) return std::unexpected(refusal(*before));
  const auto after = client.demand({.method = "POST", .path = path, .body = entity.json});
  if (!after) return std::unexpected(after.error());
  tell_warnings(console, described(*entity.kind, entity.id), *after);
  if (is_new) return "created";
  return state_of(*before) == state_of(*after) ? "unchanged" : "updated";
}

// Entities without an id are named by where they stand.
std::string described(const EntityDocument& entity) {
  return described(*entity.kind, entity.id.empty() ? '(' + entity.origin + ')' : entity.id);
}

void warn_of_left_out(const EntityDocuments& documents, const Console& console) {
  if (documents.left_out.empty()) return;
  console.problems << "warning: sections that hold nothing for this gateway are left out:";
  for (const auto& section : documents.left_out) console.problems << ' ' << terminal_text(section);
  console.problems << '\n';
}

Result<void> want_some(const EntityDocuments& documents) {
  if (!documents.entities.empty()) return {};
  return fail(ErrorCode::bad_input, Side::client, "there is no entity in what was given");
}

// The entity that a change has left, where it was asked for; else a line.
void show_changed(const ResourceKind& kind, const HttpAnswer& answer, std::string_view done,
                  OutputFormat format, const Console& console) {
  const auto what = described(kind, id_in(kind, answer));
  const auto entity = parse_json(answer.body);
  if (format == OutputFormat::table || !entity)
    tell(console, what, done);
  else
    console.out << entities_text(format, kind, *entity);
  tell_warnings(console, what, answer);
}

Result<std::string> read_patch(const PatchEntity& patch) {
  const auto texts = read_sources(patch.patch);
  if (!texts) return std::unexpected(texts.error());
  const auto unusable = [](const std::string& name, std::string_view wanted) {
    return fail(ErrorCode::bad_input, Side::client,
                terminal_text(name).append(": a patch is ").append(wanted));
  };
  if (texts->size() != 1) return unusable("the patch", "one file");
  const auto& [name, text] = texts->front();
  const auto documents = parse_documents(text, name);
  if (!documents) return std::unexpected(documents.error());
  if (documents->size() != 1) return unusable(name, "one document");
  const auto& document = documents->front();
  if (patch.form == PatchForm::merge && !document.IsObject())
    return unusable(name, "an object with the new values (RFC 7396) for --merge");
  if (patch.form == PatchForm::operations && !document.IsArray())
    return unusable(name, "a list of operations (RFC 6902) for --patch");
  if (!document.IsObject() && !document.IsArray())
    return unusable(name, "an object with the new values (RFC 7396), or a list of operations (RFC 6902)");
  return to_json(document);
}

}  // namespace

Result<bool> create_entities(const AdminClient& client, const CreateEntities& create, OutputFormat format,
                             const Console& console) {
  auto documents = read_entities(create.sources, create.kind);
  if (!documents) return std::unexpected(std::move(documents.error()));
  if (auto some = want_some(*documents); !some) return std::unexpected(std::move(some.error()));
  bool all_done = true;
  for (const auto& entity : documents->entities) {
    // The generic family would answer a taken id with 401, as if the key were wrong.
    const auto path = std::string("/api/").append(create.kind->path);
    const auto answer = client.demand({.method = "POST", .path = path, .body = entity.json});
    if (answer)
      show_changed(*create.kind, *answer, "created", format, console);
    else
      all_done = tell(console, described(entity), std::unexpected(answer.error()));
  }
  return all_done;
}

Result<bool> apply_entities(const AdminClient& client, const ApplyEntities& apply, const Console& console) {
  auto documents = read_entities(apply.sources, apply.kind);
  if (!documents) return std::unexpected(std::move(documents.error()));
  warn_of_left_out(*documents, console);
  if (auto some = want_some(*documents); !some) return std::unexpected(std::move(some.error()));
  sort_for_applying(documents->entities);
  bool all_done = true;
  for (const auto& entity : documents->entities)
    all_done &= tell(console, described(entity), ctl::apply(client, entity, console));
  return all_done;
}

Result<bool> patch_entity(const AdminClient& client, const PatchEntity& patch, OutputFormat format,
                          const Console& console) {
  const auto body = read_patch(patch);
  if (!body) return std::unexpected(body.error());
  const auto answer =
      client.demand({.method = "PATCH",
                     .path = path_of(*patch.kind, patch.id),
                     .body = *body,
                     .content_type = body->starts_with('[') ? "application/json-patch+json"
                                                            : "application/merge-patch+json"});
  if (!answer) return std::unexpected(answer.error());
  show_changed(*patch.kind, *answer, "patched", format, console);
  return true;
}

Result<bool> delete_entities(const AdminClient& client, const DeleteEntities& remove,
                             const Console& console) {
  auto documents = read_entities(remove.sources, remove.kind);
  if (!documents) return std::unexpected(std::move(documents.error()));
  auto& entities = documents->entities;
  for (const auto& id : remove.ids) entities.push_back({remove.kind, id, "", "the command line"});
  if (auto some = want_some(*documents); !some) return std::unexpected(std::move(some.error()));
  sort_for_applying(entities);
  std::ranges::reverse(entities);
  bool all_done = true;
  for (const auto& entity : entities) {
    if (entity.id.empty()) {
      all_done = tell(console, described(entity), fail(ErrorCode::bad_input, Side::client, "it has no id"));
      continue;
    }
    const auto answer = client.demand({.method = "DELETE", .path = path_of(*entity.kind, entity.id)});
    all_done &= tell(console, described(entity),
                     answer ? Result<std::string_view>("deleted") : std::unexpected(answer.error()));
  }
  return all_done;
}

}  // namespace otoroshi::ctl
