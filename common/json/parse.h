// JSON text (RFC 8259) to a document, safe for text from anywhere: no recursion on its nesting, no field
// twice in an object, only well-formed UTF-8. json/reader.h takes values out of the document.
#pragma once

#include <rapidjson/document.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

#include "common/base/result.h"

namespace otoroshi {

using JsonValue = rapidjson::Value;
using JsonDocument = rapidjson::Document;

// Arrays and objects within each other. Entities need 6 levels; code that walks a document may recurse.
inline constexpr std::size_t max_json_depth = 64;

enum class JsonSyntax : std::uint8_t {
  strict,
  relaxed,  // for files written by hand: // and /* */ comments, and a comma after the last element
};

// Refuses what is no JSON ("line 3, column 7: ..."), a NUL byte, text that is not UTF-8, deeper nesting than
// max_json_depth, and a field that an object has twice (which parsers read differently).
std::expected<JsonDocument, Problems> parse_json(std::string_view text,
                                                 JsonSyntax syntax = JsonSyntax::strict);

}  // namespace otoroshi
