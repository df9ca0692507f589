#include "gateway/config/import_section.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace otoroshi::gateway {
namespace {

// FNV-1a, 64 bit: unlike std::hash it is the same everywhere.
std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

}  // namespace

std::string stable_id(std::string_view prefix, std::string_view identity) {
  std::array<char, 16> hex{};
  const auto end = std::to_chars(hex.data(), hex.data() + hex.size(), stable_hash(identity), 16).ptr;
  return std::string(prefix).append(hex.data(), end);
}

}  // namespace otoroshi::gateway
