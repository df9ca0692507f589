// Any input: inspect_postgres() neither reads behind its end nor changes a verdict that it has given, and
// finds what the documentation of PostgreSQL's messages says, worked out here once more.
#include "common/sniff/postgres.h"

#include <variant>

#include "tests/fuzz/property.h"
#include "tests/support/verdict_property.h"

using namespace otoroshi;
using test::must_hold;

namespace {

std::uint32_t number_at(Bytes bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (const auto byte : bytes.subspan(at, 4)) number = number * 256 + std::to_integer<std::uint32_t>(byte);
  return number;
}

// The verdict for inputs of at least eight bytes: Int32 length with itself in it, Int32 code, and the rest.
Verdict<PostgresHello> expected(Bytes input) {
  using enum PostgresHello::Kind;
  constexpr std::uint32_t minor_versions = 65536;
  const std::size_t length = number_at(input, 0);
  const auto code = number_at(input, 4);
  const bool is_startup = code / minor_versions == 3;
  const bool is_cancel = code == 1234 * 65536 + 5678;
  const bool is_ssl = code == 1234 * 65536 + 5679;
  const bool is_gssenc = code == 1234 * 65536 + 5680;
  if (length < 8 || length > 10'000 || !(is_startup || is_cancel || is_ssl || is_gssenc)) return NotThis{};
  // Process id and a key of 4 bytes; of up to 256 since protocol 3.2.
  if (is_cancel && (length < 16 || length > 12 + 256)) return Malformed{};
  if ((is_ssl || is_gssenc) && length != 8) return Malformed{};
  if (is_startup && length == 8) return Malformed{};  // not even the zero byte that ends its parameters
  if (input.size() < length) return NeedMore{};
  if (is_startup && input[length - 1] != std::byte{0}) return Malformed{};
  return PostgresHello{is_startup  ? startup
                       : is_cancel ? cancel_request
                       : is_ssl    ? ssl_request
                                   : gssenc_request,
                       length};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = as_bytes(test::input_text(data, size));
  must_hold(!test::broken_promise_at(inspect_postgres, input));
  if (size < 8) return 0;  // the verdict of a prefix follows from the promise
  const auto verdict = inspect_postgres(input);
  const auto wanted = expected(input);
  must_hold(verdict.index() == wanted.index());
  if (const auto* hello = std::get_if<PostgresHello>(&verdict))
    must_hold(*hello == std::get<PostgresHello>(wanted));
  return 0;
}
