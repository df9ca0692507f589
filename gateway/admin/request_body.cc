#include "gateway/admin/request_body.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/json/reader.h"
#include "common/text/quoted.h"
#include "gateway/admin/answers.h"
#include "gateway/admin/media_types.h"

namespace otoroshi::gateway {
namespace {

JsonValue::ConstMemberIterator find(const JsonValue& object, std::string_view name) {
  return std::ranges::find_if(object.MemberBegin(), object.MemberEnd(),
                              [name](const auto& member) { return text_of(member.name) == name; });
}

}  // namespace

std::expected<void, AdminResponse> want_media_type(const AdminRequest& request,
                                                   std::initializer_list<std::string_view> allowed) {
  const auto type = media_type(request);
  if (type.empty() || std::ranges::find(allowed, type) != allowed.end()) return {};
  std::string wanted;
  for (const auto one : allowed) wanted.append(wanted.empty() ? "" : ", ").append(one);
  return std::unexpected(error_answer(415, "bad_content_type",
                                      std::string("the body's Content-Type ").append(quoted(type)) +
                                          " is not allowed: " + wanted + " is wanted"));
}

AdminResponse entity_too_large() {
  return error_answer(
      413, "too_large",
      std::string("an entity has at most ").append(std::to_string(max_entity_bytes)).append(" bytes"));
}

std::expected<JsonDocument, AdminResponse> json_body(const AdminRequest& request,
                                                     std::initializer_list<std::string_view> allowed_types) {
  if (auto type = want_media_type(request, allowed_types); !type) return std::unexpected(type.error());
  if (request.body.size() > max_entity_bytes) return std::unexpected(entity_too_large());
  auto document = parse_json(request.body);
  if (!document) return std::unexpected(problems_answer(400, "bad_format", document.error()));
  return std::move(*document);
}

std::string_view text_member(const JsonValue& object, std::string_view name) {
  if (!object.IsObject()) return {};
  const auto found = find(object, name);
  if (found == object.MemberEnd() || !found->value.IsString()) return {};
  return text_of(found->value);
}

bool lacks(const JsonValue& object, std::string_view name) {
  if (!object.IsObject()) return true;
  const auto found = find(object, name);
  if (found == object.MemberEnd() || found->value.IsNull()) return true;
  return found->value.IsString() && found->value.GetStringLength() == 0;
}

JsonValue text_value(JsonDocument& document, std::string_view text) {
  return {text.data(), static_cast<rapidjson::SizeType>(text.size()), document.GetAllocator()};
}

void set_member(JsonDocument& document, std::string_view name, JsonValue value) {
  for (auto& member : document.GetObject()) {
    if (text_of(member.name) != name) continue;
    member.value = std::move(value);
    return;
  }
  document.AddMember(text_value(document, name), std::move(value), document.GetAllocator());
}

void set_text(JsonDocument& document, std::string_view name, std::string_view text) {
  set_member(document, name, text_value(document, text));
}

}  // namespace otoroshi::gateway
