#include "common/text/number_with_unit.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "common/text/quoted.h"

namespace otoroshi {

Result<std::uint64_t> parse_quantity(std::string_view text, const Quantity& quantity) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::bad_input, Side::client, quoted(text) + std::string(why));
  };
  const auto not_one = " is not " + std::string(quantity.what) + ": write " + std::string(quantity.example);
  const auto too_large = " is too large: at most " + std::string(quantity.largest_text) + " is allowed";

  std::uint64_t number = 0;
  const auto last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error == std::errc::result_out_of_range) return refuse(too_large);
  if (error != std::errc{}) return refuse(not_one);
  if (number == 0 && end == last) return 0;
  const auto unit = std::ranges::find(quantity.units, std::string_view(end, last), &Unit::name);
  if (unit == quantity.units.end()) return refuse(not_one);
  if (number > quantity.largest / unit->factor) return refuse(too_large);
  return number * unit->factor;
}

std::string quantity_text(std::uint64_t value, const Quantity& quantity) {
  if (value == 0) return "0";
  for (const auto& unit : quantity.units) {
    if (value % unit.factor == 0) return std::to_string(value / unit.factor) + std::string(unit.name);
  }
  return std::to_string(value) + std::string(quantity.units.back().name);
}

}  // namespace otoroshi
