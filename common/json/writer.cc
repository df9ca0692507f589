#include "common/json/writer.h"

#include "common/json/reader.h"
#include "common/text/utf8.h"

namespace otoroshi {
namespace {

rapidjson::SizeType length_of(std::string_view text) {
  return static_cast<rapidjson::SizeType>(text.size());
}

std::string repaired(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto valid = valid_utf8_prefix(text);
    out += text.substr(0, valid);
    text.remove_prefix(valid);
    if (text.empty()) break;
    out += "\xef\xbf\xbd";  // U+FFFD, the replacement character
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace

JsonWriter& JsonWriter::begin_object() {
  writer_.StartObject();
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  writer_.EndObject();
  return *this;
}

JsonWriter& JsonWriter::begin_list() {
  writer_.StartArray();
  return *this;
}

JsonWriter& JsonWriter::end_list() {
  writer_.EndArray();
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view text) {
  if (valid_utf8_prefix(text) == text.size()) {
    writer_.String(text.data() ? text.data() : "", length_of(text));
  } else {
    const auto valid = repaired(text);
    writer_.String(valid.data(), length_of(valid));
  }
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  writer_.Bool(value);
  return *this;
}

JsonWriter& JsonWriter::null() {
  writer_.Null();
  return *this;
}

JsonWriter& JsonWriter::value(const JsonValue& value) {
  value.Accept(writer_);
  return *this;
}

JsonWriter& JsonWriter::members_of(const JsonValue& object) {
  for (const auto& member : object.GetObject()) key(text_of(member.name)).value(member.value);
  return *this;
}

std::string JsonWriter::take() {
  std::string text(buffer_.GetString(), buffer_.GetSize());
  buffer_.Clear();
  writer_.Reset(buffer_);
  return text;
}

std::string to_json(const JsonValue& value) {
  return JsonWriter().value(value).take();
}

}  // namespace otoroshi
