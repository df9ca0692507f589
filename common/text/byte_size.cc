#include "common/text/byte_size.h"

#include "common/text/number_with_unit.h"

namespace otoroshi {
namespace {

constexpr Unit units[] = {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}};
constexpr Quantity byte_size{.what = "a size",
                             .example = R"(bytes ("1500"), or a whole number and "KiB", "MiB" or "GiB")",
                             .units = units,
                             .largest = std::uint64_t{1} << 40,
                             .largest_text = "\"1024GiB\""};

}  // namespace

Result<std::uint64_t> parse_byte_size(std::string_view text) {
  return parse_quantity(text, byte_size);
}

std::string byte_size_text(std::uint64_t bytes) {
  return quantity_text(bytes, byte_size);
}

}  // namespace otoroshi
