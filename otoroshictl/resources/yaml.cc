#include "otoroshictl/resources/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include "common/json/reader.h"
#include "common/json/writer.h"
#include "common/text/ascii.h"
#include "common/text/hex.h"
#include "common/text/utf8.h"

namespace otoroshi::ctl {
namespace {

// Its exceptions end in yaml_to_json().
class JsonFromYaml final : public YAML::EventHandler {
 public:
  std::vector<std::string> take() { return std::move(documents_); }

  // Before a stray "," or "]", yaml-cpp finds an empty document for ever: it never goes past it.
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (mark.pos == document_at_) refuse(mark, "there is no value here");
    document_at_ = mark.pos;
  }
  void OnDocumentEnd() override { documents_.push_back(json_.take()); }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (begin_value(mark, anchor)) refuse(mark, "a key must be a text");
    json_.null();
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_anchor(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (valid_utf8_prefix(value) != value.size()) refuse(mark, "bytes that are not UTF-8");
    const bool is_plain = tag == "?";
    if (begin_value(mark, anchor))
      json_.key(value);
    else if (is_plain)
      write_plain(value);
    else
      json_.text(value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    if (begin_value(mark, anchor)) refuse(mark, "a key must be a text");
    json_.begin_list();
    open_.push_back(Expects::element);
  }
  void OnSequenceEnd() override {
    json_.end_list();
    open_.pop_back();
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    if (begin_value(mark, anchor)) refuse(mark, "a key must be a text");
    json_.begin_object();
    open_.push_back(Expects::key);
  }
  void OnMapEnd() override {
    json_.end_object();
    open_.pop_back();
  }

 private:
  enum class Expects : std::uint8_t { element, key, value };

  [[noreturn]] static void refuse(const YAML::Mark& mark, const std::string& why) {
    throw YAML::ParserException(mark, why);
  }
  [[noreturn]] static void refuse_anchor(const YAML::Mark& mark) {
    refuse(mark, "anchors and aliases are not taken: write the value out");
  }

  // True: what begins is a key.
  bool begin_value(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) refuse_anchor(mark);
    if (open_.size() > max_json_depth)
      refuse(mark, "more than " + std::to_string(max_json_depth) + " lists and maps within each other");
    if (open_.empty() || open_.back() == Expects::element) return false;
    const bool is_key = open_.back() == Expects::key;
    open_.back() = is_key ? Expects::value : Expects::key;
    return is_key;
  }

  void write_plain(const std::string& value) {
    if (value.empty() || value == "~") {
      json_.null();
      return;
    }
    for (const auto* word : {"true", "false", "null"}) {
      if (!equal_ignoring_case(value, word)) continue;
      json_.value(*parse_json(word));
      return;
    }
    const auto parsed = parse_json(value);
    if (parsed && parsed->IsNumber())
      json_.value(*parsed);
    else
      json_.text(value);
  }

  JsonWriter json_;
  int document_at_ = -1;  // where the last one began
  std::vector<Expects> open_;
  std::vector<std::string> documents_;
};

// Starts like no number, holds nothing that means something in YAML, and is no word of YAML 1.1. A space is
// only a space between words.
bool may_stand_plain(std::string_view text) {
  constexpr std::array<std::string_view, 9> words = {"true", "false", "null", "yes", "no",
                                                     "on",   "off",   "y",    "n"};
  if (text.empty() || is_digit(text.front()) || !is_alphanumeric(text.front()) || text.back() == ' ')
    return false;
  const auto is_harmless = [](char c) { return is_name_character(c) || c == '/' || c == '@' || c == ' '; };
  if (!std::ranges::all_of(text, is_harmless)) return false;
  return std::ranges::none_of(words, [&](auto word) { return equal_ignoring_case(text, word); });
}

// A block keeps its text only if it ends with exactly one line break, no line begins with white space, and
// there is nothing in it that must be escaped.
bool fits_a_block(std::string_view text) {
  if (!text.ends_with('\n') || text.ends_with("\n\n") || text.starts_with('\n')) return false;
  bool at_line_start = true;
  for (const char c : text) {
    const bool is_white = c == ' ' || c == '\t';
    if ((at_line_start && is_white) || (is_control(c) && c != '\n') || static_cast<unsigned char>(c) > 0x7f)
      return false;
    at_line_start = c == '\n';
  }
  return true;
}

// In bytes; longer keys get a line of their own. No parser takes one of more than 1,024 characters in front
// of its colon (YAML 1.2 section 7.4), and a byte may take four.
constexpr std::size_t longest_simple_key = 128;

void emit_text(YAML::Emitter& yaml, std::string_view text, bool is_key = false) {
  if (!is_key && fits_a_block(text)) {
    yaml << YAML::Literal;
    text.remove_suffix(1);  // a block has it anyway
  } else if (!may_stand_plain(text)) {
    yaml << YAML::DoubleQuoted;
  }
  yaml << std::string(text);
}

void emit(YAML::Emitter& yaml, const JsonValue& value) {
  if (value.IsObject()) {
    yaml << (value.ObjectEmpty() ? YAML::Flow : YAML::Block) << YAML::BeginMap;
    for (const auto& member : value.GetObject()) {
      const auto name = text_of(member.name);
      if (name.size() > longest_simple_key) yaml << YAML::LongKey;
      yaml << YAML::Key;
      emit_text(yaml, name, true);
      yaml << YAML::Value;
      emit(yaml, member.value);
    }
    yaml << YAML::EndMap;
  } else if (value.IsArray()) {
    yaml << (value.Empty() ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
    for (const auto& element : value.GetArray()) emit(yaml, element);
    yaml << YAML::EndSeq;
  } else if (value.IsString()) {
    emit_text(yaml, text_of(value));
  } else if (value.IsNull()) {
    yaml << YAML::Null;
  } else {
    yaml << to_json(value);
  }
}

// Of a well-formed character.
char32_t code_point(std::string_view character) {
  char32_t code = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return code;
  code &= 0x7fU >> character.size();
  for (const char byte : character.substr(1)) code = code << 6 | (static_cast<unsigned char>(byte) & 0x3fU);
  return code;
}

// Calls visit(character) for each.
template <class Visit>
void for_each_character(std::string_view text, const Visit& visit) {
  while (!text.empty()) {
    const auto character = first_character(text);
    visit(character);
    text.remove_prefix(character.size());
  }
}

// What Unicode keeps for the inside of programs: yaml-cpp writes U+FFFD in its place.
bool has_noncharacter(std::string_view text) {
  bool has_one = false;
  for_each_character(text, [&has_one](std::string_view character) {
    const auto code = code_point(character);
    has_one |= (code & 0xfffe) == 0xfffe || (0xfdd0 <= code && code <= 0xfdef);
  });
  return has_one;
}

// JSON is YAML, whose escapes know all characters.
std::string in_ascii(std::string_view json) {
  std::string yaml;
  for_each_character(json, [&yaml](std::string_view character) {
    const auto code = code_point(character);
    if (code < 0x7f) {
      yaml += character;
      return;
    }
    yaml += "\\U";
    for (const int shift : {24, 16, 8, 0}) append_hex(yaml, static_cast<unsigned char>(code >> shift));
  });
  return yaml;
}

std::unexpected<Error> no_yaml(const YAML::Exception& problem) {
  const auto& mark = problem.mark;
  const auto where = mark.is_null() ? std::string()
                                    : "line " + std::to_string(mark.line + 1) + ", column " +
                                          std::to_string(mark.column + 1) + ": ";
  return fail(ErrorCode::bad_input, Side::client, where + problem.msg);
}

}  // namespace

Result<std::vector<std::string>> yaml_to_json(std::string_view text) {
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    JsonFromYaml json;
    while (parser.HandleNextDocument(json)) {
    }
    return json.take();
  } catch (const YAML::Exception& problem) {
    return no_yaml(problem);
  }
}

std::string to_yaml(const JsonValue& value) {
  if (auto json = to_json(value); has_noncharacter(json)) return in_ascii(json) + '\n';
  YAML::Emitter yaml;
  yaml.SetNullFormat(YAML::LowerNull);
  emit(yaml, value);
  return std::string(yaml.c_str(), yaml.size()) + '\n';
}

}  // namespace otoroshi::ctl
