#include "common/routing/domain_matcher.h"

#include <spdlog/fmt/fmt.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <ranges>
#include <unordered_map>
#include <utility>

#include "common/routing/domain_pattern.h"
#include "common/routing/regex_index.h"
#include "common/routing/wildcard_index.h"

namespace otoroshi {
namespace {

constexpr auto no_index = std::numeric_limits<std::uint32_t>::max();

struct HashText {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using ExactIndex = std::unordered_map<std::string, std::uint32_t, HashText, std::equal_to<>>;

std::string one_slow_pattern_too_many(const std::string& pattern) {
  return fmt::format(
      "'{}' is one regular expression too many that requires no text of at least {} characters: "
      "at most {} of them can share a port, because each is tried on every name; add some text to it",
      pattern, DomainMatcher::min_atom_length, DomainMatcher::max_slow_patterns);
}

// At least one.
std::unexpected<DomainMatcher::Refused> refused(std::vector<DomainMatcher::BadPattern> patterns) {
  const auto& first = patterns.front();
  const auto sentence = fmt::format("pattern {}: {}", first.index, first.why);
  return std::unexpected(
      DomainMatcher::Refused{{ErrorCode::bad_input, Side::gateway, sentence}, std::move(patterns)});
}

}  // namespace

struct DomainMatcher::Indexes {
  ExactIndex exact;
  WildcardIndex wildcards;
  RegexIndex regexes;
};

DomainMatcher::DomainMatcher(std::unique_ptr<const Indexes> indexes) : indexes_(std::move(indexes)) {}
DomainMatcher::DomainMatcher(DomainMatcher&&) noexcept = default;
DomainMatcher& DomainMatcher::operator=(DomainMatcher&&) noexcept = default;
DomainMatcher::~DomainMatcher() = default;

Result<void> check_domain(std::string_view text) {
  auto pattern = parse_domain_pattern(text);
  if (!pattern) return std::unexpected(std::move(pattern.error()));
  return pattern->kind == DomainPattern::Kind::regex ? check_regex(pattern->text) : Result<void>{};
}

std::expected<DomainMatcher, DomainMatcher::Refused> DomainMatcher::build(std::vector<std::string> patterns) {
  ExactIndex exact;
  std::vector<WildcardIndex::Wildcard> wildcards;
  RegexIndex regexes(min_atom_length);
  for (std::uint32_t index = 0; index < patterns.size(); ++index) {
    auto pattern = parse_domain_pattern(patterns[index]);
    if (!pattern) return refused({{index, std::move(pattern.error().sentence)}});
    if (pattern->kind == DomainPattern::Kind::exact) {
      exact.emplace(std::move(pattern->text), index);
    } else if (pattern->kind == DomainPattern::Kind::wildcard) {
      wildcards.push_back({std::move(pattern->text), index});
    } else if (auto added = regexes.add({std::move(pattern->text), index}); !added) {
      return refused({{index, std::move(added.error().sentence)}});
    }
  }
  regexes.compile();
  if (auto slow = regexes.slow_ones(); slow.size() > max_slow_patterns) {
    std::vector<BadPattern> too_many;
    for (const auto index : slow | std::views::drop(max_slow_patterns))
      too_many.push_back({index, one_slow_pattern_too_many(patterns[index])});
    return refused(std::move(too_many));
  }
  return DomainMatcher(
      std::make_unique<const Indexes>(std::move(exact), WildcardIndex(wildcards), std::move(regexes)));
}

std::optional<std::size_t> DomainMatcher::find(std::string_view name) const {
  DomainKey key(name);
  auto exact = indexes_->exact.find(key.view());
  auto lowest = exact == indexes_->exact.end() ? no_index : exact->second;
  lowest = indexes_->wildcards.find(key.view(), lowest);
  lowest = indexes_->regexes.find(key.view(), lowest);
  return lowest == no_index ? std::nullopt : std::optional<std::size_t>(lowest);
}

}  // namespace otoroshi
