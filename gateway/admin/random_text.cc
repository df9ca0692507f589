#include "gateway/admin/random_text.h"

#include <openssl/rand.h>

#include <array>
#include <span>
#include <stdexcept>

#include "common/text/uuid.h"

namespace otoroshi::gateway {
namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
// The largest multiple of 36 that a byte can count to: what is above would favour the first letters.
constexpr unsigned char fair_limit = 252;

void fill_randomly(std::span<unsigned char> bytes) {
  if (::RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("there are no random numbers");  // never happens once a program has started
}

}  // namespace

std::string new_id(std::string_view prefix) {
  std::array<unsigned char, 16> random;
  fill_randomly(random);
  return std::string(prefix).append(uuid_of(std::as_bytes(std::span(random))));
}

std::string random_text(std::size_t length) {
  std::string text;
  std::array<unsigned char, 64> random;
  while (text.size() < length) {
    fill_randomly(random);
    for (const auto byte : random) {
      if (byte < fair_limit && text.size() < length) text += letters[byte % letters.size()];
    }
  }
  return text;
}

}  // namespace otoroshi::gateway
