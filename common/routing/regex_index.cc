#include "common/routing/regex_index.h"

#include <spdlog/fmt/fmt.h>

namespace otoroshi {
namespace {

re2::RE2::Options options() {
  // Latin-1: names are bytes, and `.` is any of them.
  re2::RE2::Options options(re2::RE2::Latin1);
  options.set_case_sensitive(false);
  options.set_dot_nl(true);
  options.set_never_capture(true);
  options.set_log_errors(false);
  // Per expression, and there may be 10,000: RE2's default of 8 MiB each is no bound then. Small enough to
  // matter only for expressions whose automaton explodes, which RE2 then runs slower, but still in linear
  // time.
  options.set_max_mem(256 << 10);
  return options;
}

}  // namespace

Result<void> check_regex(const std::string& regex) {
  re2::RE2 compiled(regex, options());
  if (compiled.ok()) return {};
  return fail(ErrorCode::bad_input, Side::gateway,
              fmt::format("'{}' is not a regular expression that RE2 takes: {}", regex, compiled.error()));
}

RegexIndex::RegexIndex(std::size_t min_atom_length)
    : filter_(static_cast<int>(min_atom_length)), atoms_({}) {}

Result<void> RegexIndex::add(const Regex& regex) {
  int id = 0;
  // FilteredRE2 keeps the message of a failure to itself, hence the second attempt.
  if (filter_.Add(regex.text, options(), &id) != re2::RE2::NoError) return check_regex(regex.text);
  indexes_.push_back(regex.index);
  return {};
}

void RegexIndex::compile() {
  if (indexes_.empty()) return;  // FilteredRE2 would complain on stderr
  std::vector<std::string> atoms;
  filter_.Compile(&atoms);
  atoms_ = AtomSearch(atoms);
  filter_.AllPotentials({}, &without_atoms_);
}

std::vector<std::uint32_t> RegexIndex::slow_ones() const {
  std::vector<std::uint32_t> indexes;
  for (int id : without_atoms_) indexes.push_back(indexes_[static_cast<std::size_t>(id)]);
  return indexes;
}

std::uint32_t RegexIndex::find(std::string_view name, std::uint32_t limit) const {
  if (indexes_.empty() || indexes_.front() >= limit) return limit;
  std::vector<int> found_atoms;
  atoms_.for_each_occurrence(name,
                             [&](std::uint32_t atom) { found_atoms.push_back(static_cast<int>(atom)); });
  std::vector<int> candidates;
  if (!found_atoms.empty()) filter_.AllPotentials(found_atoms, &candidates);

  for (int id : found_atoms.empty() ? without_atoms_ : candidates) {
    auto index = indexes_[static_cast<std::size_t>(id)];
    if (index >= limit) break;
    if (filter_.GetRE2(id).Match(name, 0, name.size(), re2::RE2::ANCHOR_BOTH, nullptr, 0)) return index;
  }
  return limit;
}

}  // namespace otoroshi
