#include "gateway/admin/etag.h"

#include <openssl/sha.h>

#include <array>
#include <span>

#include "common/text/hex.h"

namespace otoroshi::gateway {
namespace {

constexpr std::size_t digest_bytes_used = 16;

enum class Comparison { strong, weak };

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Our tags hold no comma, so a comma ends one of the list.
bool lists(std::string_view list, std::string_view tag, Comparison comparison) {
  if (trimmed(list) == "*") return true;
  while (!list.empty()) {
    const auto end = list.find(',');
    auto one = trimmed(list.substr(0, end));
    if (comparison == Comparison::weak && one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag) return true;
    list.remove_prefix(end == list.npos ? list.size() : end + 1);
  }
  return false;
}

}  // namespace

std::string etag_of(std::string_view json) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(json.data()), json.size(), digest.data());
  std::string tag = "\"";
  for (const auto byte : std::span(digest).first(digest_bytes_used)) append_hex(tag, byte);
  return tag += '"';
}

bool if_match_holds(std::string_view wanted, std::string_view tag) {
  return lists(wanted, tag, Comparison::strong);
}

bool is_known_to(std::string_view known, std::string_view tag) {
  return lists(known, tag, Comparison::weak);
}

}  // namespace otoroshi::gateway
