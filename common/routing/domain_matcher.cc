#include "common/routing/domain_matcher.h"

#include <re2/re2.h>

#include "common/routing/domain_pattern.h"

namespace otoroshi {

struct DomainMatcher::Indexes {
  std::vector<std::unique_ptr<re2::RE2>> all;
};

namespace {
re2::RE2::Options regex_options() {
  re2::RE2::Options options(re2::RE2::Latin1);
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_never_capture(true);
  return options;
}

std::string to_regex(const DomainPattern& pattern) {
  if (pattern.kind == DomainPattern::Kind::regex) return pattern.text;
  std::string regex;
  for (char c : pattern.text) regex += c == '*' ? ".*" : RE2::QuoteMeta(std::string_view(&c, 1));
  return regex;
}
}  // namespace

DomainMatcher::DomainMatcher(std::unique_ptr<const Indexes> indexes) : indexes_(std::move(indexes)) {}
DomainMatcher::DomainMatcher(DomainMatcher&&) noexcept = default;
DomainMatcher& DomainMatcher::operator=(DomainMatcher&&) noexcept = default;
DomainMatcher::~DomainMatcher() = default;

Result<void> check_domain(std::string_view pattern) {
  auto built = DomainMatcher::build({std::string(pattern)});
  if (!built) return std::unexpected(std::move(built.error()));
  return {};
}

Result<DomainMatcher> DomainMatcher::build(std::vector<std::string> patterns) {
  auto indexes = std::make_unique<Indexes>();
  for (const auto& text : patterns) {
    auto pattern = parse_domain_pattern(text);
    if (!pattern) return std::unexpected(std::move(pattern.error()));
    auto regex = std::make_unique<re2::RE2>(to_regex(*pattern), regex_options());
    if (!regex->ok()) return fail(ErrorCode::bad_input, Side::gateway, "'" + text + "': " + regex->error());
    indexes->all.push_back(std::move(regex));
  }
  return DomainMatcher(std::move(indexes));
}

std::optional<std::size_t> DomainMatcher::find(std::string_view name) const {
  auto key = to_domain_key(name);
  for (std::size_t index = 0; index < indexes_->all.size(); ++index)
    if (RE2::FullMatch(key, *indexes_->all[index])) return index;
  return std::nullopt;
}

}  // namespace otoroshi
