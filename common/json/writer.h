// Makes JSON text (RFC 8259), compact, in one pass. Calls follow the text from left to right:
//   JsonWriter json;
//   json.begin_object().key("port").number(22).end_object();
//   json.take();  // {"port":22}
#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <concepts>
#include <string>
#include <string_view>

#include "common/json/parse.h"

namespace otoroshi {

class JsonWriter {
 public:
  JsonWriter() : writer_(buffer_) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_list();
  JsonWriter& end_list();
  JsonWriter& key(std::string_view name) { return text(name); }

  // Named by kind: an overload set would take a character pointer for a bool.
  JsonWriter& text(std::string_view text);  // bytes that are not UTF-8 become U+FFFD: peers choose some texts
  JsonWriter& boolean(bool value);
  JsonWriter& number(std::integral auto value) {
    if constexpr (std::signed_integral<decltype(value)>)
      writer_.Int64(value);
    else
      writer_.Uint64(value);
    return *this;
  }
  JsonWriter& null();
  JsonWriter& value(const JsonValue& value);
  JsonWriter& members_of(const JsonValue& object);  // into the object that is open

  // The text, once everything that was begun has ended. The writer is empty afterwards.
  std::string take();

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

std::string to_json(const JsonValue& value);

}  // namespace otoroshi
