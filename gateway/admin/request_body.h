// Bodies of requests as JSON documents, and the members of them that the API itself looks at. (pure)
#pragma once

#include <cstddef>
#include <expected>
#include <initializer_list>
#include <string_view>

#include "common/json/parse.h"
#include "gateway/admin/admin_http.h"
#include "gateway/store/entity_limits.h"

namespace otoroshi::gateway {

// An answer 415 unless the body's type is one of these; a body without a type is taken for what is wanted.
std::expected<void, AdminResponse> want_media_type(const AdminRequest& request,
                                                   std::initializer_list<std::string_view> allowed);

AdminResponse entity_too_large();  // 413

// The document, or an answer 400 (or 413, 415) that says what is wrong with it.
std::expected<JsonDocument, AdminResponse> json_body(const AdminRequest& request,
                                                     std::initializer_list<std::string_view> allowed_types = {
                                                         "application/json"});

// The text at `name`; "": it is no text, or `object` is no object, or has no such member.
std::string_view text_member(const JsonValue& object, std::string_view name);

// Whether there is nothing that counts as a value: no such member, null, or an empty text.
bool lacks(const JsonValue& object, std::string_view name);

JsonValue text_value(JsonDocument& document, std::string_view text);  // a copy that lives in the document

// Puts the value in place of what is there under this name, or behind all members.
void set_member(JsonDocument& document, std::string_view name, JsonValue value);
void set_text(JsonDocument& document, std::string_view name, std::string_view text);

}  // namespace otoroshi::gateway
