// The document that a patch is changing: finds, puts and takes its values. A part of json/patch.h. (pure)
#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/parse.h"

namespace otoroshi {

// What was wanted, or the sentence that says why it cannot be.
template <class T>
using PatchOutcome = std::expected<T, std::string>;

// The names of fields and numbers of elements that lead to a value; none lead to the whole document.
using JsonSteps = std::vector<std::string>;
using JsonStepsView = std::span<const std::string>;

// A JSON Pointer (RFC 6901): "/a~1b/0" is "a/b", "0".
PatchOutcome<JsonSteps> read_json_pointer(std::string_view pointer);

class PatchTarget {
 public:
  PatchTarget(const JsonValue& target, std::size_t max_bytes);

  PatchOutcome<JsonValue*> find(JsonStepsView path);
  // A copy that may be put into this document. Fails once all copies together exceed `max_bytes`.
  PatchOutcome<JsonValue> copy_of(const JsonValue& value);
  // RFC 6902, section 4.1: replaces a field, inserts before an element, appends at "-".
  PatchOutcome<void> add(JsonStepsView path, JsonValue value);
  PatchOutcome<void> replace(JsonStepsView path, JsonValue value);
  PatchOutcome<JsonValue> take(JsonStepsView path);
  // Replaces a field or an element; makes it and the objects on the way to it if they are not there.
  PatchOutcome<void> set(JsonStepsView path, JsonValue value);

  // Fields passed by, elements moved and values visited so far are more than a patch may cost. One call more
  // costs at most one walk through the document.
  bool is_exhausted() const;

  // The document, unless it is larger than `max_bytes`.
  PatchOutcome<JsonDocument> finish();

 private:
  // nullptr: there is none.
  JsonValue* child(JsonValue& parent, std::string_view step);
  JsonValue* field(JsonValue& object, std::string_view name);
  // The child, made if the parent can have it.
  JsonValue* child_or_new(JsonValue& parent, std::string_view step);
  PatchOutcome<void> check_depth(JsonStepsView path, const JsonValue& value);
  void add_field(JsonValue& object, std::string_view name, JsonValue value);
  void insert(JsonValue& list, rapidjson::SizeType index, JsonValue value);

  JsonDocument document_;
  std::size_t max_bytes_;
  std::size_t copied_bytes_ = 0;
  std::size_t work_done_ = 0;
};

}  // namespace otoroshi
