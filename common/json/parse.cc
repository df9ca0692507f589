#include "common/json/parse.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/json/reader.h"
#include "common/text/ascii.h"
#include "common/text/utf8.h"

namespace otoroshi {
namespace {

// The iterative parser keeps its state on the heap; without it 10 MiB of "[" overflow the stack.
// Numbers are converted by us: RapidJSON 1.1 is inexact without its kParseFullPrecisionFlag, and with it
// makes NaN of 1e-324, which cannot be written again.
constexpr unsigned strict_flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
                                  rapidjson::kParseNumbersAsStringsFlag;
constexpr unsigned relaxed_flags =
    strict_flags | rapidjson::kParseCommentsFlag | rapidjson::kParseTrailingCommasFlag;

template <class Integer>
std::optional<Integer> whole(std::string_view digits) {
  Integer number = 0;
  const auto* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, number);
  if (error != std::errc() || end != last) return std::nullopt;
  return number;
}

// A document that ends its parsing where RapidJSON would go on: below max_json_depth, at a number that no
// double holds, and at a text with half of a surrogate pair, which it would turn into bytes that are not
// UTF-8. Its parser calls these by name, not virtually.
class BoundedDocument : public JsonDocument {
 public:
  bool String(const char* text, rapidjson::SizeType length, bool copy) {
    return valid_utf8_prefix({text, length}) == length && JsonDocument::String(text, length, copy);
  }
  bool Key(const char* text, rapidjson::SizeType length, bool copy) { return String(text, length, copy); }
  // Exact: a number that we only keep for its owner is written back as it was.
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    const std::string_view digits(text, length);
    if (const auto number = whole<std::int64_t>(digits)) return Int64(*number);
    if (const auto number = whole<std::uint64_t>(digits)) return Uint64(*number);
    const double number = std::strtod(std::string(digits).c_str(), nullptr);
    is_too_big_ = std::isinf(number);
    return !is_too_big_ && Double(number);
  }
  bool StartObject() { return enter() && JsonDocument::StartObject(); }
  bool StartArray() { return enter() && JsonDocument::StartArray(); }
  bool EndObject(rapidjson::SizeType members) { return leave() && JsonDocument::EndObject(members); }
  bool EndArray(rapidjson::SizeType elements) { return leave() && JsonDocument::EndArray(elements); }

  bool is_too_deep() const { return depth_ > max_json_depth; }
  bool has_too_big_number() const { return is_too_big_; }

 private:
  bool enter() { return ++depth_ <= max_json_depth; }
  bool leave() { return depth_-- > 0; }

  std::size_t depth_ = 0;
  bool is_too_big_ = false;
};

bool is_utf8_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

std::string line_and_column(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto column = std::ranges::count_if(before.substr(line_start), std::not_fn(is_utf8_continuation)) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

std::string what_is_wrong(std::string_view text, std::size_t offset, rapidjson::ParseErrorCode code,
                          const BoundedDocument& document) {
  if (document.is_too_deep())
    return "more than " + std::to_string(max_json_depth) + " arrays and objects within each other";
  if (offset < text.size() && text[offset] == '\0') return "a NUL byte (in a text, write \\u0000)";
  if (document.has_too_big_number()) code = rapidjson::kParseErrorNumberTooBig;
  switch (code) {
    case rapidjson::kParseErrorDocumentEmpty:
      return "there is no JSON value";
    case rapidjson::kParseErrorDocumentRootNotSingular:
      return "something follows the end of the JSON value";
    case rapidjson::kParseErrorTermination:
      return "a text with half of a surrogate pair";
    case rapidjson::kParseErrorStringEscapeInvalid:
    case rapidjson::kParseErrorStringInvalidEncoding:
      if (offset < text.size() && is_control(text[offset]))
        return "a line break or another control character in a text (write \\n, \\t, \\u001b)";
      if (code == rapidjson::kParseErrorStringInvalidEncoding) return "bytes that are not UTF-8 in a text";
      break;
    default:
      break;
  }
  // "Missing a comma or '}' after an object member."
  std::string sentence = rapidjson::GetParseError_En(code);
  sentence.front() = ascii_lower(sentence.front());
  if (sentence.ends_with('.')) sentence.pop_back();
  return sentence;
}

void find_fields_given_twice(const JsonValue& value, const JsonPlace& place) {
  if (value.IsArray()) {
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i) find_fields_given_twice(value[i], place / i);
  }
  if (!value.IsObject()) return;
  std::vector<std::string_view> names;  // sorted, so that a million fields are no attack
  names.reserve(value.MemberCount());
  for (const auto& member : value.GetObject()) {
    names.push_back(text_of(member.name));
    find_fields_given_twice(member.value, place / names.back());
  }
  std::ranges::sort(names);
  for (auto twice = std::ranges::adjacent_find(names); twice != names.end();) {
    (place / *twice).problem("the object has this field more than once");
    const auto next_name = std::ranges::upper_bound(twice, names.end(), *twice);
    twice = std::ranges::adjacent_find(next_name, names.end());
  }
}

}  // namespace

std::expected<JsonDocument, Problems> parse_json(std::string_view text, JsonSyntax syntax) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // the mark that some editors put first
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader parser;
  BoundedDocument document;
  const auto parse = [&](JsonDocument&) {
    const auto result = syntax == JsonSyntax::strict ? parser.Parse<strict_flags>(stream, document)
                                                     : parser.Parse<relaxed_flags>(stream, document);
    return !result.IsError();
  };
  document.Populate(parse);
  // RapidJSON takes a NUL byte behind the value for the end of the text.
  const bool ends_early = !parser.HasParseError() && stream.Tell() < text.size();
  if (parser.HasParseError() || ends_early) {
    const auto offset = ends_early ? stream.Tell() : parser.GetErrorOffset();
    return std::unexpected(
        Problems{{"", line_and_column(text, offset) + ": " +
                          what_is_wrong(text, offset, parser.GetParseErrorCode(), document)}});
  }
  Problems problems;
  find_fields_given_twice(document, JsonPlace(problems));
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return static_cast<JsonDocument&&>(document);
}

}  // namespace otoroshi
