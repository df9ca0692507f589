// What all fuzz targets need: how a property is stated, and how an input is taken apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string_view>

namespace otoroshi::test {

// Ends the program where a property does not hold: libFuzzer keeps the input and shows the stack.
inline void must_hold(bool property, const std::source_location& where = std::source_location::current()) {
  if (property) return;
  std::fprintf(stderr, "%s:%u: the property does not hold\n", where.file_name(),
               static_cast<unsigned>(where.line()));
  std::abort();
}

inline std::string_view input_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Cuts off what stands before the first separator, and the separator; all, if there is none.
inline std::string_view take_until(std::string_view& rest, char separator) {
  const auto part = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  return part;
}

// Cuts off the first byte, for choices that the input makes; 0 if there is none.
inline std::uint8_t take_byte(std::string_view& rest) {
  if (rest.empty()) return 0;
  const auto byte = static_cast<std::uint8_t>(rest.front());
  rest.remove_prefix(1);
  return byte;
}

}  // namespace otoroshi::test
