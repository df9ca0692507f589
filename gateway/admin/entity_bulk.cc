#include "gateway/admin/entity_bulk.h"

#include <algorithm>
#include <expected>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/json/writer.h"
#include "common/text/lines.h"
#include "gateway/admin/answers.h"
#include "gateway/admin/entity_patch.h"
#include "gateway/admin/media_types.h"
#include "gateway/admin/new_entity.h"
#include "gateway/admin/request_body.h"

namespace otoroshi::gateway {
namespace {

struct Line {
  std::string_view text;
  std::string result = {};  // JSON
  Accepted accepted = {};   // if it is good so far
};

std::vector<Line> lines_of(std::string_view body) {
  std::vector<Line> lines;
  while (!body.empty()) {
    if (const auto line = take_line(body); !is_blank(line)) lines.push_back({line});
  }
  return lines;
}

// DELETE often comes without a body's type, so Otoroshi lets another header tell it.
bool is_ndjson(const AdminRequest& request, BulkVerb verb) {
  return media_type(request) == ndjson_type ||
         (verb == BulkVerb::remove && media_type(request, "x-content-type") == ndjson_type);
}

// {"error": ...} with the status in front.
std::string failure_line(const AdminResponse& failure) {
  return std::string("{\"status\":")
      .append(std::to_string(failure.status))
      .append(",")
      .append(failure.body, 1);
}

class Bulk {
 public:
  Bulk(BulkVerb verb, const EntityResource& resource, const EntityBackend& backend, ApiFamily family,
       std::optional<EntityBackend::Delay> drain)
      : verb_(verb), resource_(resource), backend_(backend), family_(family), drain_(drain) {}

  std::string run(std::string_view body) {
    lines_ = lines_of(body);
    std::vector<Line*> all;
    for (auto& line : lines_) all.push_back(&line);
    attempt(all);
    std::string results;
    for (const auto& line : lines_) results.append(line.result).append("\n");
    return results;
  }

 private:
  using Lines = std::vector<Line*>;
  using Done = std::expected<Accepted, AdminResponse>;

  void attempt(const Lines& lines) {
    const auto draft = resource_.draft(backend_.entities());
    Lines good;
    for (auto* line : lines) {
      if (auto done = apply(*draft, line->text)) {
        line->accepted = std::move(*done);
        good.push_back(line);
      } else {
        line->result = failure_line(done.error());
      }
    }
    if (const auto changed = backend_.change(*draft, drain_); !changed)
      return separate(good, changed.error());
    for (auto* line : good) line->result = success_line(line->accepted);
  }

  // The change by these lines together is refused: by which of them?
  void separate(const Lines& lines, const ChangeRefused& refused) {
    std::set<std::string_view> named;
    for (const auto& about : refused.problems) {
      if (about.section == resource_.names().section) named.insert(about.id);
    }
    Lines blamed, others;
    for (auto* line : lines) (named.contains(line->accepted.id) ? blamed : others).push_back(line);
    if (lines.size() == 1 || others.empty() || refused.code == ErrorCode::io) return refuse(lines, refused);
    if (blamed.empty()) {
      const auto middle = others.begin() + static_cast<std::ptrdiff_t>(others.size() / 2);
      blamed.assign(middle, others.end());
      others.erase(middle, others.end());
    }
    attempt(others);
    attempt(blamed);
  }

  // With the problems of each line's own entity, as far as there are such.
  void refuse(const Lines& lines, const ChangeRefused& refused) {
    for (auto* line : lines) {
      ChangeRefused own{refused.code, {}};
      std::ranges::copy_if(refused.problems, std::back_inserter(own.problems), [&](const auto& about) {
        return about.section == resource_.names().section && about.id == line->accepted.id;
      });
      line->result = failure_line(refused_answer(own.problems.empty() ? refused : own, backend_.entities(),
                                                 resource_.names().section, line->accepted.id));
    }
  }

  Done apply(EntityDraft& draft, std::string_view text) const {
    if (text.size() > max_entity_bytes) return std::unexpected(entity_too_large());
    auto document = parse_json(text);
    if (!document) return bad_format(document.error());
    if (!document->IsObject()) return bad_format({{"", "an object is wanted in every line"}});
    switch (verb_) {
      case BulkVerb::create:
        return create(draft, *document);
      case BulkVerb::replace:
        return replace(draft, *document);
      case BulkVerb::patch:
        return patch(draft, *document);
      case BulkVerb::remove:
        return remove(draft, *document);
    }
    return {};
  }

  Done create(EntityDraft& draft, JsonDocument& entity) const {
    fill_in(resource_.names(), entity);
    if (draft.has(text_member(entity, resource_.names().id_field)))
      return std::unexpected(entity_exists(family_));
    return put(draft, entity);
  }

  Done replace(EntityDraft& draft, const JsonValue& entity) const {
    const auto id = text_member(entity, resource_.names().id_field);
    if (!draft.has(id)) return missing(id);
    return put(draft, entity);
  }

  Done patch(EntityDraft& draft, const JsonValue& line) const {
    const auto id = id_of(line);
    if (!draft.has(id)) return missing(id);
    const auto operations = line.FindMember("patch");
    if (operations == line.MemberEnd()) return bad_format({{"/patch", "is missing: a patch is wanted"}});
    auto entity = patched(draft.text(id), operations->value, json_type);
    if (!entity) return std::unexpected(std::move(entity.error()));
    if (entity->IsObject()) set_text(*entity, resource_.names().id_field, id);
    return put(draft, *entity);
  }

  Done remove(EntityDraft& draft, const JsonValue& line) const {
    const auto id = id_of(line);
    if (!draft.remove(id)) return missing(id);
    return Accepted{std::string(id), {}};
  }

  static Done put(EntityDraft& draft, const JsonValue& entity) {
    auto accepted = draft.put(entity);
    if (!accepted) return bad_format(accepted.error());
    return std::move(*accepted);
  }

  // Where a line is not the entity itself, "id" is its id, whatever its kind calls it.
  std::string_view id_of(const JsonValue& line) const {
    const auto id = text_member(line, "id");
    return id.empty() ? text_member(line, resource_.names().id_field) : id;
  }

  Done missing(std::string_view id) const {
    if (!id.empty()) return std::unexpected(no_such_entity(resource_, id));
    return bad_format({{resource_.names().id_pointer(), "is missing: a text is wanted"}});
  }

  static std::unexpected<AdminResponse> bad_format(const Problems& problems) {
    return std::unexpected(problems_answer(400, "bad_format", problems));
  }

  std::string success_line(const Accepted& accepted) const {
    const bool is_new = verb_ == BulkVerb::create;
    JsonWriter json;
    json.begin_object().key("status").number(is_new ? 201 : 200);
    json.key(is_new ? "created" : verb_ == BulkVerb::remove ? "deleted" : "updated").boolean(true);
    json.key("id").text(accepted.id);
    if (family_ == ApiFamily::generic) json.key("id_field").text(resource_.names().id_field);
    if (!accepted.warnings.empty()) write_problems(accepted.warnings, json.key("warnings"));
    return json.end_object().take();
  }

  BulkVerb verb_;
  const EntityResource& resource_;
  const EntityBackend& backend_;
  ApiFamily family_;
  std::optional<EntityBackend::Delay> drain_;
  std::vector<Line> lines_;
};

}  // namespace

AdminResponse bulk_answer(const AdminRequest& request, BulkVerb verb, const EntityResource& resource,
                          const EntityBackend& backend, ApiFamily family) {
  if (!is_ndjson(request, verb))
    return error_answer(400, "bad_content_type",
                        "the Content-Type of a bulk body is application/x-ndjson, one JSON object a line");
  if (request.body.size() > max_bulk_bytes ||
      static_cast<std::size_t>(std::ranges::count(request.body, '\n')) > max_bulk_lines)
    return error_answer(413, "too_large",
                        std::string("a bulk body has at most ").append(std::to_string(max_bulk_bytes)) +
                            " bytes and " + std::to_string(max_bulk_lines) + " lines: send it in parts");
  const auto drain = drain_asked(request);
  if (!drain) return drain.error();
  Bulk bulk(verb, resource, backend, family, *drain);
  return {
      .status = 200, .body = bulk.run(request.body), .content_type = std::string(ndjson_type), .headers = {}};
}

}  // namespace otoroshi::gateway
