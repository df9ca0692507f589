#include "gateway/admin/entity_patch.h"

#include "common/json/patch.h"
#include "gateway/admin/answers.h"

namespace otoroshi::gateway {
namespace {

std::expected<JsonDocument, Problems> apply(const JsonValue& entity, const JsonValue& patch,
                                            std::string_view type) {
  if (type == dotted_patch_type) return apply_dotted_patch(entity, patch);
  if (type == json_patch_type) return apply_json_patch(entity, patch);
  if (type != merge_patch_type && patch.IsArray()) return apply_json_patch(entity, patch);
  if (patch.IsObject()) return merge_patched(entity, patch);
  return std::unexpected(Problems{
      {"", "a patch is a list of operations (RFC 6902) or an object with the new values (RFC 7396)"}});
}

}  // namespace

std::expected<JsonDocument, AdminResponse> patched(std::string_view entity_json, const JsonValue& patch,
                                                   std::string_view type) {
  const auto entity = parse_json(entity_json);
  if (!entity) return std::unexpected(problems_answer(400, "bad_format", entity.error()));
  auto wanted = apply(*entity, patch, type);
  if (!wanted) return std::unexpected(problems_answer(400, "bad_format", wanted.error()));
  return std::move(*wanted);
}

}  // namespace otoroshi::gateway
