#include "otoroshictl/resources/change_entities.h"

#include <algorithm>
#include <functional>
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
constexpr std::string_view token_field = "pappsToken";

bool tell_failure(const Console& console, const std::string& what, const Error& error) {
  console.problems << what << " failed: " << error.sentence << std::endl;
  return false;
}

// Of the entity in the answer; "": it has none.
std::string text_in(const HttpAnswer& answer, std::string_view field) {
  const auto entity = parse_json(answer.body);
  const auto* value = entity ? find_at(*entity, field) : nullptr;
  return value && value->IsString() ? std::string(text_of(*value)) : std::string();
}

// "tcp-service a created", what opens tunnels as a new session, which the gateway says this once, and
// warnings.
void tell_done(const Console& console, const std::string& what, std::string_view done,
               const HttpAnswer& answer) {
  console.out << what << ' ' << done << std::endl;  // at once, for who reads a pipe line by line
  if (const auto token = text_in(answer, token_field); !token.empty())
    console.out << "  " << token_field << ": " << terminal_text(token) << std::endl;
  for (const auto& warning : warnings_in(answer))
    console.problems << "warning: " << what << ": " << warning << std::endl;
}

// Two answers with the same one are about the same entity. The tag also covers secrets that are not shown.
const std::string& state_of(const HttpAnswer& answer) {
  const auto tag = answer.headers.find("etag");
  return tag == answer.headers.end() ? answer.body : tag->second;
}

bool has_failed(const HttpAnswer& answer) {
  return answer.status / 100 != 2;
}

// Entities without an id are named by where they stand.
std::string described(const EntityDocument& entity) {
  return described(*entity.kind, entity.id.empty() ? '(' + entity.origin + ')' : entity.id);
}

bool tell_missing_id(const Console& console, const EntityDocument& entity, std::string_view advice) {
  const auto sentence = std::string("it has no ").append(entity.kind->id_field).append(advice);
  return tell_failure(console, described(entity), {ErrorCode::bad_input, Side::client, sentence});
}

Result<bool> apply_one(const AdminClient& client, const EntityDocument& entity, const Console& console) {
  if (entity.id.empty())
    return tell_missing_id(console, entity, ": give it one, or use `otoroshictl create`");
  const auto path = path_of(*entity.kind, entity.id);
  const auto before = client.ask({.path = path});
  if (!before) return std::unexpected(before.error());
  const bool is_new = before->status == not_found;
  if (!is_new && has_failed(*before)) return tell_failure(console, described(entity), refusal(*before));
  const auto after = client.ask({.method = "POST", .path = path, .body = entity.json});
  if (!after) return std::unexpected(after.error());
  if (has_failed(*after)) return tell_failure(console, described(entity), refusal(*after));
  const auto done = is_new ? "created" : state_of(*before) == state_of(*after) ? "unchanged" : "updated";
  tell_done(console, described(entity), done, *after);
  return true;
}

Result<bool> delete_one(const AdminClient& client, const EntityDocument& entity, const Console& console) {
  if (entity.id.empty()) return tell_missing_id(console, entity, "");
  const auto answer = client.ask({.method = "DELETE", .path = path_of(*entity.kind, entity.id)});
  if (!answer) return std::unexpected(answer.error());
  if (has_failed(*answer)) return tell_failure(console, described(entity), refusal(*answer));
  tell_done(console, described(entity), "deleted", *answer);
  return true;
}

// Does it with all of them. An entity that fails does not stop the others; a gateway that does not answer
// does.
Result<bool> with_each(const std::vector<EntityDocument>& entities,
                       const std::function<Result<bool>(const EntityDocument&)>& change) {
  bool all_done = true;
  for (const auto& entity : entities) {
    const auto done = change(entity);
    if (!done) return done;
    all_done &= *done;
  }
  return all_done;
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
  const auto entity = parse_json(answer.body);
  if (format == OutputFormat::table || !entity)
    tell_done(console, described(kind, text_in(answer, kind.id_field)), done, answer);
  else
    console.out << entities_text(format, kind, *entity);
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
  // The generic family would answer a taken id with 401, as if the key were wrong.
  const auto path = std::string("/api/").append(create.kind->path);
  return with_each(documents->entities, [&](const EntityDocument& entity) -> Result<bool> {
    const auto answer = client.ask({.method = "POST", .path = path, .body = entity.json});
    if (!answer) return std::unexpected(answer.error());
    if (has_failed(*answer)) return tell_failure(console, described(entity), refusal(*answer));
    show_changed(*create.kind, *answer, "created", format, console);
    return true;
  });
}

Result<bool> apply_entities(const AdminClient& client, const ApplyEntities& apply, const Console& console) {
  auto documents = read_entities(apply.sources, apply.kind);
  if (!documents) return std::unexpected(std::move(documents.error()));
  warn_of_left_out(*documents, console);
  if (auto some = want_some(*documents); !some) return std::unexpected(std::move(some.error()));
  sort_for_applying(documents->entities);
  return with_each(documents->entities,
                   [&](const EntityDocument& entity) { return apply_one(client, entity, console); });
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
  return with_each(entities,
                   [&](const EntityDocument& entity) { return delete_one(client, entity, console); });
}

}  // namespace otoroshi::ctl
