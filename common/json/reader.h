// Takes values out of a JSON document (json/parse.h) and notes each one of the wrong type with its JSON
// Pointer (RFC 6901), instead of stopping at the first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/result.h"
#include "common/json/parse.h"

namespace otoroshi {

// Where a value stands in a document, and the list that takes what is wrong with it. The path becomes text
// only when there is a problem, so walking a good document costs nothing. A place points to the place it was
// made from, which must outlive it: name each step,
//   const auto rules = root / "rules";
//   const auto first = rules / 0;
class JsonPlace {
 public:
  explicit JsonPlace(Problems& problems) : problems_(&problems) {}

  JsonPlace operator/(std::string_view member) const { return {*this, member, no_index}; }
  JsonPlace operator/(std::size_t index) const { return {*this, {}, index}; }

  std::string pointer() const;
  void problem(std::string sentence) const { problems_->push_back({pointer(), std::move(sentence)}); }
  // "VALUE is not allowed: WANTED is wanted".
  void refuse(std::string_view value, std::string_view wanted) const;

 private:
  static constexpr auto no_index = std::numeric_limits<std::size_t>::max();
  JsonPlace(const JsonPlace& parent, std::string_view member, std::size_t index)
      : problems_(parent.problems_), parent_(&parent), member_(member), index_(index) {}

  Problems* problems_;
  const JsonPlace* parent_ = nullptr;
  std::string_view member_;
  std::size_t index_ = no_index;
};

struct IntegerRange {
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};
// "a whole number from 1 to 65535"
std::string wanted_text(IntegerRange range);

// The value, or nullopt and a problem. A view lives as long as the document. Where a text is wanted the
// problem names only the kind of what was found: it may be a secret without its quotes.
std::optional<bool> read_boolean(const JsonValue& value, const JsonPlace& place);
std::optional<std::int64_t> read_integer(const JsonValue& value, const JsonPlace& place,
                                         IntegerRange range = {});
std::optional<std::string_view> read_text(const JsonValue& value, const JsonPlace& place);
bool is_object(const JsonValue& value, const JsonPlace& place);
bool is_list(const JsonValue& value, const JsonPlace& place);

inline std::string_view text_of(const JsonValue& string) {
  return {string.GetString(), string.GetStringLength()};
}

// How a value looks in a sentence: numbers, true, false and null as they are, texts quoted, else the kind.
std::string shown(const JsonValue& value);

}  // namespace otoroshi
