#include "common/text/duration.h"

#include "common/text/number_with_unit.h"

namespace otoroshi {
namespace {

constexpr Unit units[] = {{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr Quantity duration{.what = "a duration",
                            .example = R"(a whole number and its unit, such as "250ms", "5s", "10m" or "1h")",
                            .units = units,
                            .largest = std::uint64_t{365} * 24 * 3'600'000,
                            .largest_text = "\"8760h\""};

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto count = parse_quantity(text, duration);
  if (!count) return std::unexpected(count.error());
  return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(*count));
}

std::string duration_text(std::chrono::milliseconds value) {
  return quantity_text(static_cast<std::uint64_t>(value.count()), duration);
}

}  // namespace otoroshi
