#include "common/text/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <limits>

namespace otoroshi {
namespace {

constexpr std::size_t largest_input = std::numeric_limits<int>::max() / 4;  // OpenSSL counts in int

const unsigned char* as_unsigned(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock writes a final NUL
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), as_unsigned(bytes),
                                     static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

Result<std::string> base64_decode(std::string_view text) {
  const auto not_base64 =
      fail(ErrorCode::bad_input, Side::client, "the text is not base64 (RFC 4648 section 4)");
  if (text.size() > largest_input) return not_base64;
  std::string padded(text);
  while (!text.contains('=') && padded.size() % 4 != 0) padded += '=';

  std::string out(padded.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), as_unsigned(padded),
                                     static_cast<int>(padded.size()));
  if (length < 0) return not_base64;
  out.resize(static_cast<std::size_t>(length));
  // EVP_DecodeBlock counts the padding as zero bytes.
  const std::size_t padding = padded.ends_with("==") ? 2 : padded.ends_with('=') ? 1 : 0;
  out.erase(out.size() - std::min(out.size(), padding));
  // It also lets white space, misplaced padding and stray bits pass; none of these encodes back to itself.
  if (base64_encode(out) != padded) return not_base64;
  return out;
}

}  // namespace otoroshi
