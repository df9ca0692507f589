// Any patterns and any names (the input's lines: patterns up to an empty line, then names): the index gives
// the pattern that asking each in order gives, by what the header says of patterns, worked out here once
// more.
#include "common/routing/domain_matcher.h"

#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/text/ascii.h"
#include "tests/fuzz/property.h"

using namespace otoroshi;
using test::must_hold;

namespace {

// `reached[n]`: what was read of the wildcard matches the first n characters of the name.
bool matches_wildcard(std::string_view wildcard, std::string_view name) {
  std::vector<bool> reached(name.size() + 1, false);
  reached[0] = true;
  for (const char c : wildcard) {
    if (c == '*') {
      std::fill(std::ranges::find(reached, true), reached.end(), true);
      continue;
    }
    for (std::size_t n = name.size(); n > 0; --n) reached[n] = reached[n - 1] && name[n - 1] == c;
    reached[0] = false;
  }
  return reached.back();
}

std::string without_last_dot(std::string text) {
  if (text.ends_with('.')) text.pop_back();
  return text;
}

// One pattern as it is documented, without any index.
class Pattern {
 public:
  explicit Pattern(std::string_view text) {
    const auto is_inside = [&](std::string_view prefix) {
      return text.starts_with(prefix) && text.ends_with(')');
    };
    const auto inside = [&](std::size_t prefix) { return text.substr(prefix, text.size() - prefix - 1); };
    const auto is_of = [&](std::string_view more) {
      return std::ranges::all_of(text, [&](char c) { return is_name_character(c) || more.contains(c); });
    };
    if (is_inside("Regex("))
      set_regex(inside(6));
    else if (is_inside("Wildcard("))
      wildcard_ = without_last_dot(ascii_lower(inside(9)));
    else if (is_of("") || (text.starts_with('*') && is_of("*")))
      wildcard_ = without_last_dot(ascii_lower(text));
    else
      set_regex(text);
  }

  bool matches(std::string_view name) const {
    const auto key = without_last_dot(ascii_lower(name));
    return regex_ ? RE2::FullMatch(key, *regex_) : matches_wildcard(wildcard_, key);
  }

 private:
  void set_regex(std::string_view text) {
    RE2::Options options(RE2::Quiet);
    options.set_encoding(RE2::Options::EncodingLatin1);
    options.set_dot_nl(true);
    options.set_case_sensitive(false);
    regex_ = std::make_unique<RE2>(text, options);
  }

  std::string wildcard_;  // a name is one without a star
  std::unique_ptr<RE2> regex_;
};

std::optional<std::size_t> first_that_matches(const std::vector<Pattern>& patterns, std::string_view name) {
  const auto found =
      std::ranges::find_if(patterns, [&](const Pattern& pattern) { return pattern.matches(name); });
  if (found == patterns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - patterns.begin());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = test::input_text(data, size);
  std::vector<std::string> texts;
  while (!input.empty() && input.front() != '\n' && texts.size() < 20)
    texts.emplace_back(test::take_until(input, '\n'));
  test::take_until(input, '\n');

  const auto matcher = DomainMatcher::build(texts);
  const bool each_is_fine =
      std::ranges::all_of(texts, [](const auto& text) { return check_domain(text).has_value(); });
  must_hold(matcher.has_value() == each_is_fine);
  if (!matcher) return 0;
  const std::vector<Pattern> patterns(texts.begin(), texts.end());
  for (int names = 0; names < 10 && !input.empty(); ++names) {
    const auto name = test::take_until(input, '\n').substr(0, 60);
    must_hold(matcher->find(name) == first_that_matches(patterns, name));
  }
  return 0;
}
