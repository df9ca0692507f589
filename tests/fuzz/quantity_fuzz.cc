// Durations and sizes: what is taken is the number times its unit, worked out here once more, within the
// limit; and it reads back the same from its own text.
#include <map>
#include <optional>
#include <string>

#include "common/text/byte_size.h"
#include "common/text/duration.h"
#include "tests/fuzz/property.h"

using namespace otoroshi;
using test::must_hold;

namespace {

using Units = std::map<std::string_view, std::uint64_t>;

const Units durations{{"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 60 * 60 * 1000}};
const Units sizes{{"", 1}, {"KiB", 1024}, {"MiB", 1024 * 1024}, {"GiB", 1024 * 1024 * 1024}};
constexpr std::uint64_t longest = 365ull * 24 * 60 * 60 * 1000;
constexpr std::uint64_t largest = 1024ull * 1024 * 1024 * 1024;

// nullopt: no number with a unit of these, or more than `most`.
std::optional<std::uint64_t> expected(std::string_view text, const Units& units, std::uint64_t most) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto significant = std::min(text.find_first_not_of('0'), digits);
  const auto unit = units.find(text.substr(digits));
  const bool is_bare_zero = digits == text.size() && significant == digits;
  if (digits == 0 || (unit == units.end() && !is_bare_zero)) return std::nullopt;
  const auto number = std::string(text.substr(significant, digits - significant));
  if (number.empty()) return 0;
  if (number.size() > 15 || std::stoull(number) > most / unit->second) return std::nullopt;
  return std::stoull(number) * unit->second;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = test::input_text(data, size);
  const auto duration = parse_duration(input);
  const auto wanted_duration = expected(input, durations, longest);
  must_hold(duration.has_value() == wanted_duration.has_value());
  if (duration) {
    must_hold(static_cast<std::uint64_t>(duration->count()) == *wanted_duration);
    must_hold(parse_duration(duration_text(*duration)) == *duration);
  }
  const auto bytes = parse_byte_size(input);
  const auto wanted_bytes = expected(input, sizes, largest);
  must_hold(bytes.has_value() == wanted_bytes.has_value());
  if (bytes) {
    must_hold(*bytes == *wanted_bytes);
    must_hold(parse_byte_size(byte_size_text(*bytes)) == *bytes);
  }
  return 0;
}
