#include "gateway/admin/single_entity.h"

#include <utility>

#include "common/auth/session_token.h"
#include "common/json/writer.h"
#include "gateway/admin/answers.h"
#include "gateway/admin/entity_patch.h"
#include "gateway/admin/etag.h"
#include "gateway/admin/media_types.h"
#include "gateway/admin/new_entity.h"
#include "gateway/admin/request_body.h"

namespace otoroshi::gateway {
namespace {

constexpr std::string_view token_field = "pappsToken";

// That nothing of this id may be there (RFC 9110 section 13.1.2).
bool wants_none(const AdminRequest& request) {
  return request.header("if-none-match") == "*";
}

// The entity inside an object in the form of Kubernetes' resources. One that has its own id is itself: its
// `apiVersion` and `spec` are fields that we do not know.
JsonDocument unwrapped(JsonDocument document, std::string_view id_field) {
  if (text_member(document, "apiVersion").empty() || !lacks(document, id_field)) return document;
  const auto spec = document.FindMember("spec");
  if (spec == document.MemberEnd() || !spec->value.IsObject()) return document;
  JsonDocument inner;
  inner.CopyFrom(spec->value, inner.GetAllocator());
  return inner;
}

}  // namespace

AdminResponse SingleEntity::get(const AdminRequest& request) const {
  const auto id = request.path_parameter("id");
  const auto index = resource_->find(backend_->entities(), id);
  if (!index) return no_such_entity(*resource_, id);
  const auto secrets = secrets_asked(request);
  auto answer = entity_answer(200, *resource_, backend_->entities(), *index, secrets);
  const auto known = request.header("if-none-match");
  // A tag does not tell whether the secrets were shown.
  if (known && secrets == Secrets::hidden && is_known_to(*known, answer.headers.front().second))
    return {.status = 304, .body = "", .headers = std::move(answer.headers)};
  return answer;
}

AdminResponse SingleEntity::create(const AdminRequest& request) const {
  auto body = entity_body(request);
  if (!body) return std::move(body.error());
  if (body->IsObject()) fill_in(resource_->names(), *body);
  if (resource_->find(backend_->entities(), text_member(*body, resource_->names().id_field))) {
    if (wants_none(request)) return precondition_failed(*resource_, "is there already");
    return entity_exists(family_);
  }
  return write(request, *body, 201);
}

AdminResponse SingleEntity::replace(const AdminRequest& request) const {
  if (auto index = find_for_change(request); !index) return std::move(index.error());
  auto body = body_with_id_of_path(request);
  if (!body) return std::move(body.error());
  return write(request, *body, 200);
}

AdminResponse SingleEntity::patch(const AdminRequest& request) const {
  const auto index = find_for_change(request);
  if (!index) return index.error();
  const auto patch = json_body(request, {json_type, json_patch_type, merge_patch_type, dotted_patch_type});
  if (!patch) return patch.error();
  auto wanted = patched(resource_->text(backend_->entities(), *index), *patch, media_type(request));
  if (!wanted) return std::move(wanted.error());
  if (wanted->IsObject())  // what is none is refused by who reads it
    set_text(*wanted, resource_->names().id_field, request.path_parameter("id"));
  return write(request, *wanted, 200);
}

AdminResponse SingleEntity::upsert(const AdminRequest& request) const {
  const auto id = request.path_parameter("id");
  const auto index = resource_->find(backend_->entities(), id);
  if (index && wants_none(request)) return precondition_failed(*resource_, "is there already");
  if (index || request.header("if-match")) {
    if (auto found = find_for_change(request); !found) return std::move(found.error());
  }
  const auto before = index ? resource_->text(backend_->entities(), *index, Secrets::shown) : "";
  auto body = body_with_id_of_path(request);
  if (!body) return std::move(body.error());
  if (!index && body->IsObject()) fill_in(resource_->names(), *body);
  auto answer = write(request, *body, index ? 200 : 201);
  if (answer.status >= 300) return answer;
  const auto place = resource_->find(backend_->entities(), id);
  const bool has_changed = !place || resource_->text(backend_->entities(), *place, Secrets::shown) != before;
  answer.headers.emplace_back("Otoroshi-Entity-Updated", has_changed ? "true" : "false");
  return answer;
}

AdminResponse SingleEntity::remove(const AdminRequest& request) const {
  if (auto index = find_for_change(request); !index) return std::move(index.error());
  const auto drain = drain_asked(request);
  if (!drain) return drain.error();
  const auto id = request.path_parameter("id");
  const auto draft = resource_->draft(backend_->entities());
  draft->remove(id);
  if (auto changed = backend_->change(*draft, *drain); !changed)
    return refused_answer(changed.error(), backend_->entities(), resource_->names().section, id);
  const bool says_done = is_session() && family_ == ApiFamily::plain;
  return json_answer(200, says_done ? R"({"done":true})" : R"({"deleted":true})");
}

std::expected<SingleEntity::Index, AdminResponse> SingleEntity::find_for_change(
    const AdminRequest& request) const {
  const auto id = request.path_parameter("id");
  const auto index = resource_->find(backend_->entities(), id);
  if (!index) return std::unexpected(no_such_entity(*resource_, id));
  if (const auto wanted = request.header("if-match")) {
    const auto tag = etag_of(resource_->text(backend_->entities(), *index, Secrets::shown));
    if (!if_match_holds(*wanted, tag))
      return std::unexpected(precondition_failed(
          *resource_, "was changed in the meantime: it does not have the ETag of If-Match any more"));
  }
  return *index;
}

SingleEntity::Body SingleEntity::entity_body(const AdminRequest& request) const {
  auto body = json_body(request);
  if (body && family_ == ApiFamily::generic) body = unwrapped(std::move(*body), resource_->names().id_field);
  // Who sends back what create() has answered shall not have the token stored.
  if (body && body->IsObject() && is_session()) body->RemoveMember(token_field.data());
  return body;
}

SingleEntity::Body SingleEntity::body_with_id_of_path(const AdminRequest& request) const {
  auto body = entity_body(request);
  if (!body || !body->IsObject()) return body;  // what is no object is refused by who reads it
  const auto& names = resource_->names();
  const auto id = request.path_parameter("id");
  if (lacks(*body, names.id_field)) set_text(*body, names.id_field, id);
  if (text_member(*body, names.id_field) == id) return body;
  return std::unexpected(problems_answer(
      400, "bad_format", {{names.id_pointer(), "is not the id in the path: that one or none is wanted"}}));
}

AdminResponse SingleEntity::write(const AdminRequest& request, const JsonValue& entity, int status) const {
  const auto drain = drain_asked(request);
  if (!drain) return drain.error();
  const auto draft = resource_->draft(backend_->entities());
  const auto accepted = draft->put(entity, request.parameter("enrich") == "false" ? Enrich::no : Enrich::yes);
  if (!accepted) return problems_answer(400, "bad_format", accepted.error());
  if (auto changed = backend_->change(*draft, *drain); !changed)
    return refused_answer(changed.error(), backend_->entities(), resource_->names().section, accepted->id);
  const auto index = resource_->find(backend_->entities(), accepted->id);
  auto answer = entity_answer(status, *resource_, backend_->entities(), index.value());
  auto warnings = accepted->warnings;
  if (status == 201 && is_session()) add_token(accepted->id, answer, warnings);
  add_warnings(answer, warnings);
  return answer;
}

void SingleEntity::add_token(std::string_view session_id, AdminResponse& answer, Problems& warnings) const {
  const auto secret = backend_->session_secret();
  if (!secret) {
    warnings.push_back({"", "there is no token for the session: " + secret.error().sentence});
    return;
  }
  JsonWriter json;
  json.begin_object().members_of(parse_json(answer.body).value());
  json.key(token_field).text(session_token(*secret, session_id));
  answer.body = json.end_object().take();
}

}  // namespace otoroshi::gateway
