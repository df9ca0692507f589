#include "common/routing/wildcard_index.h"

#include <algorithm>
#include <limits>
#include <ranges>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace otoroshi {
namespace {

constexpr auto no_index = std::numeric_limits<std::uint32_t>::max();

// The texts between the `*`, without empty ones.
std::vector<std::string_view> parts_of(std::string_view wildcard) {
  std::vector<std::string_view> parts;
  for (auto part : wildcard | std::views::split('*'))
    if (!part.empty()) parts.emplace_back(part.begin(), part.end());
  return parts;
}

// Numbers texts in the order in which they are first seen.
class Numbering {
 public:
  std::size_t number_of(std::string_view text) {
    auto [entry, is_new] = numbers_.try_emplace(std::string(text), texts_.size());
    if (is_new) texts_.emplace_back(text);
    return entry->second;
  }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<std::string> texts_;
};

}  // namespace

bool matches_wildcard(std::string_view wildcard, std::string_view name) {
  auto first = wildcard.find('*'), last = wildcard.rfind('*');
  if (first == wildcard.npos) return wildcard == name;
  auto head = wildcard.substr(0, first), tail = wildcard.substr(last + 1);
  if (name.size() < head.size() + tail.size() || !name.starts_with(head) || !name.ends_with(tail))
    return false;

  name.remove_prefix(head.size());
  name.remove_suffix(tail.size());
  for (auto middle = wildcard.substr(first, last - first); !middle.empty();) {
    middle.remove_prefix(1);
    auto part = middle.substr(0, middle.find('*'));
    auto place = name.find(part);  // taking the first place leaves the most for the parts that follow
    if (place == name.npos) return false;
    name.remove_prefix(place + part.size());
    middle.remove_prefix(part.size());
  }
  return true;
}

class WildcardIndex::Builder {
 public:
  explicit Builder(const std::vector<Wildcard>& wildcards) {
    for (const auto& wildcard : wildcards)
      for (auto part : parts_of(wildcard.text)) ++uses_[std::string(part)];
    for (const auto& wildcard : wildcards) add(wildcard);
  }

  std::uint32_t matches_all = no_index;
  Numbering suffixes;
  std::vector<std::uint32_t> suffix_index;
  Numbering parts;
  std::vector<Finding> findings;

 private:
  void add(const Wildcard& wildcard) {
    auto own_parts = parts_of(wildcard.text);
    bool starts_open = wildcard.text.starts_with('*'), ends_open = wildcard.text.ends_with('*');
    if (own_parts.empty()) {
      matches_all = std::min(matches_all, wildcard.index);
    } else if (own_parts.size() == 1 && starts_open && !ends_open) {
      add_suffix(own_parts.front(), wildcard.index);
    } else {
      auto& finding = finding_of(rarest(own_parts));
      if (own_parts.size() == 1 && starts_open && ends_open)
        finding.proven = std::min(finding.proven, wildcard.index);
      else
        finding.candidates.push_back(wildcard);
    }
  }

  void add_suffix(std::string_view suffix, std::uint32_t index) {
    auto number = suffixes.number_of(std::string(suffix.rbegin(), suffix.rend()));
    if (number == suffix_index.size()) suffix_index.push_back(index);
  }

  std::string_view rarest(const std::vector<std::string_view>& own_parts) const {
    return *std::ranges::min_element(own_parts, {}, [&](std::string_view part) {
      return std::tuple(uses_.at(std::string(part)), -static_cast<std::ptrdiff_t>(part.size()));
    });
  }

  Finding& finding_of(std::string_view part) {
    auto number = parts.number_of(part);
    if (number == findings.size()) findings.push_back({no_index, {}});
    return findings[number];
  }

  std::unordered_map<std::string, std::size_t> uses_;  // how many wildcards have this part
};

WildcardIndex::WildcardIndex(const std::vector<Wildcard>& in_order_of_index)
    : WildcardIndex(Builder(in_order_of_index)) {}

WildcardIndex::WildcardIndex(Builder builder)
    : matches_all_(builder.matches_all),
      suffixes_(builder.suffixes.texts()),
      suffix_index_(std::move(builder.suffix_index)),
      parts_(builder.parts.texts()),
      findings_(std::move(builder.findings)) {}

std::uint32_t WildcardIndex::find(std::string_view name, std::uint32_t limit) const {
  auto lowest = std::min(limit, matches_all_);
  suffixes_.for_each_prefix(name | std::views::reverse,
                            [&](std::uint32_t suffix) { lowest = std::min(lowest, suffix_index_[suffix]); });
  parts_.for_each_occurrence(name, [&](std::uint32_t part) {
    lowest = std::min(lowest, findings_[part].proven);
    for (const auto& candidate : findings_[part].candidates) {
      if (candidate.index >= lowest) break;
      if (matches_wildcard(candidate.text, name)) lowest = candidate.index;
    }
  });
  return lowest;
}

}  // namespace otoroshi
