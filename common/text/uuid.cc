#include "common/text/uuid.h"

#include <algorithm>
#include <array>

#include "common/text/hex.h"

namespace otoroshi {

std::string uuid_of(std::span<const std::byte, 16> random) {
  std::array<std::byte, 16> uuid;
  std::ranges::copy(random, uuid.begin());
  uuid[6] = (uuid[6] & std::byte{0x0f}) | std::byte{0x40};  // version 4
  uuid[8] = (uuid[8] & std::byte{0x3f}) | std::byte{0x80};  // variant
  std::string text;
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    append_hex(text, std::to_integer<unsigned char>(uuid[i]));
  }
  return text;
}

}  // namespace otoroshi
