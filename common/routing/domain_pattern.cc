#include "common/routing/domain_pattern.h"

#include <algorithm>
#include <optional>

#include "common/text/ascii.h"

namespace otoroshi {
namespace {

// What stands between `prefix` and ")", as in Regex(...).
std::optional<std::string_view> unwrap(std::string_view pattern, std::string_view prefix) {
  if (!pattern.starts_with(prefix) || !pattern.ends_with(')')) return std::nullopt;
  pattern.remove_prefix(prefix.size());
  pattern.remove_suffix(1);
  return pattern;
}

DomainPattern wildcard_or_name(std::string_view text) {
  auto kind = text.contains('*') ? DomainPattern::Kind::wildcard : DomainPattern::Kind::exact;
  return {kind, std::string(DomainKey(text).view())};
}

// The wildcard that says the same as this expression, if there is one: it must consist of name characters,
// `\.`, `\-` and `.*`, perhaps between ^ and $.
std::optional<std::string> as_wildcard(std::string_view regex) {
  if (regex.starts_with('^')) regex.remove_prefix(1);
  std::string wildcard;
  while (!regex.empty() && regex != "$") {
    std::size_t length = 2;
    if (regex.starts_with(".*")) {
      wildcard += '*';
    } else if (regex.starts_with("\\.") || regex.starts_with("\\-")) {
      wildcard += regex[1];
    } else if (regex.front() != '.' && is_name_character(regex.front())) {
      wildcard += ascii_lower(regex.front());
      length = 1;
    } else {
      return std::nullopt;
    }
    regex.remove_prefix(length);
  }
  return wildcard;
}

DomainPattern regex_or_simpler(std::string_view regex) {
  auto wildcard = as_wildcard(regex);
  // A name is never compared with its last dot, so an expression that ends in one has to stay what it is.
  if (!wildcard || wildcard->ends_with('.')) return {DomainPattern::Kind::regex, std::string(regex)};
  return wildcard_or_name(*wildcard);
}

}  // namespace

DomainKey::DomainKey(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  char* key = short_.data();
  if (name.size() > short_.size()) {
    long_.resize(name.size());
    key = long_.data();
  }
  std::ranges::transform(name, key, [](char c) { return ascii_lower(c); });
  view_ = {key, name.size()};
}

Result<DomainPattern> parse_domain_pattern(std::string_view pattern) {
  if (pattern.empty())
    return fail(
        ErrorCode::bad_input, Side::gateway,
        "the domain is empty: write a name, a wildcard such as '*.example.com', or a regular expression");
  if (auto regex = unwrap(pattern, "Regex(")) return regex_or_simpler(*regex);
  if (auto wildcard = unwrap(pattern, "Wildcard(")) return wildcard_or_name(*wildcard);
  if (std::ranges::all_of(pattern, is_name_character)) return wildcard_or_name(pattern);
  auto is_wildcard_character = [](char c) { return c == '*' || is_name_character(c); };
  if (pattern.front() == '*' && std::ranges::all_of(pattern, is_wildcard_character))
    return wildcard_or_name(pattern);
  return regex_or_simpler(pattern);
}

}  // namespace otoroshi
