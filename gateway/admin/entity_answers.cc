#include "gateway/admin/entity_answers.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <utility>

#include "common/text/quoted.h"
#include "gateway/admin/answers.h"
#include "gateway/admin/etag.h"

namespace otoroshi::gateway {
namespace {

constexpr std::size_t longest_warnings = 4000;  // bytes: many clients take heads of 8 KiB

// Escapes everything beyond ASCII: that is all a header may hold (RFC 9110 section 5.5).
using AsciiWriter = rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>>;

std::string warning_json(std::string_view path, std::string_view sentence) {
  rapidjson::StringBuffer text;
  AsciiWriter json(text);
  const auto write = [&json](std::string_view name, std::string_view value) {
    json.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    json.String(value.data() ? value.data() : "", static_cast<rapidjson::SizeType>(value.size()));
  };
  json.StartObject();
  write("path", path);
  write("message", sentence);
  json.EndObject();
  return {text.GetString(), text.GetSize()};
}

Problem as_seen_from(std::string_view section, std::string_view id, const EntityProblem& about,
                     const Entities& entities) {
  if (about.section.empty() || (about.section == section && about.id == id)) return about.problem;
  const auto* resource = resource_of_section(about.section);
  const auto index = resource ? resource->find(entities, about.id) : std::nullopt;
  auto whose = index ? resource->described(entities, *index) : std::string("another entity");
  return {"", whose.append(about.problem.path.empty() ? "" : ", ")
                  .append(about.problem.path)
                  .append(": ")
                  .append(about.problem.sentence)};
}

}  // namespace

Secrets secrets_asked(const AdminRequest& request) {
  return request.parameter("reveal") == "true" ? Secrets::shown : Secrets::hidden;
}

AdminResponse entity_answer(int status, const EntityResource& resource, const Entities& entities,
                            std::size_t index, Secrets secrets) {
  auto answer = json_answer(status, resource.text(entities, index, secrets));
  answer.headers.emplace_back("ETag", etag_of(resource.text(entities, index, Secrets::shown)));
  return answer;
}

void add_warnings(AdminResponse& answer, const Problems& warnings) {
  if (warnings.empty()) return;
  std::string list;
  std::size_t told = 0;
  for (const auto& [path, sentence] : warnings) {
    const auto json = warning_json(path, sentence);
    if (list.size() + json.size() > longest_warnings) break;
    list.append(list.empty() ? "" : ",").append(json);
    ++told;
  }
  if (told < warnings.size())
    list.append(list.empty() ? "" : ",")
        .append(warning_json("", std::to_string(warnings.size() - told) + " more"));
  answer.headers.emplace_back("Otoroshi-Warnings", "[" + list + "]");
}

AdminResponse no_such_entity(const EntityResource& resource, std::string_view id) {
  const auto& names = resource.names();
  auto sentence = std::string("there is no ").append(names.noun);
  sentence += names.id_is_secret ? " with this id" : std::string(" with the id ").append(quoted(id));
  return error_answer(404, "not_found", sentence);
}

AdminResponse entity_exists(ApiFamily family) {
  if (family == ApiFamily::generic) return error_answer(401, "unauthorized", "resource already exists");
  return error_answer(400, "not_found", "Entity already exists");
}

AdminResponse precondition_failed(const EntityResource& resource, std::string_view why) {
  return error_answer(412, "precondition_failed",
                      std::string("the ").append(resource.names().noun).append(" ").append(why));
}

AdminResponse refused_answer(ErrorCode code, Problems problems) {
  if (code != ErrorCode::io) return problems_answer(400, "bad_format", problems);
  for (auto& problem : problems) problem.sentence.insert(0, "nothing was changed: ");
  return problems_answer(500, "internal_error", problems);
}

AdminResponse refused_answer(const ChangeRefused& refused, const Entities& entities, std::string_view section,
                             std::string_view id) {
  Problems problems;
  for (const auto& about : refused.problems) problems.push_back(as_seen_from(section, id, about, entities));
  return refused_answer(refused.code, std::move(problems));
}

}  // namespace otoroshi::gateway
