#include "common/sniff/postgres.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace otoroshi {
namespace {

constexpr std::uint32_t cancel_request_code = 80877102;
constexpr std::uint32_t ssl_request_code = 80877103;
constexpr std::uint32_t gssenc_request_code = 80877104;
constexpr std::uint32_t startup_major_version = 3;

constexpr std::size_t head_bytes = 8;  // length, which counts itself, and code
constexpr std::size_t request_bytes = 8;
constexpr std::size_t min_cancel_bytes = 16;   // process id and the secret key of protocol 3.0
constexpr std::size_t max_cancel_bytes = 268;  // since protocol 3.2 a key has up to 256 bytes

std::optional<PostgresHello::Kind> kind_of(std::uint32_t code) {
  using enum PostgresHello::Kind;
  if (code == ssl_request_code) return ssl_request;
  if (code == gssenc_request_code) return gssenc_request;
  if (code == cancel_request_code) return cancel_request;
  if (code >> 16 == startup_major_version) return startup;
  return std::nullopt;
}

bool length_fits(PostgresHello::Kind kind, std::size_t length) {
  switch (kind) {
    case PostgresHello::Kind::ssl_request:
    case PostgresHello::Kind::gssenc_request:
      return length == request_bytes;
    case PostgresHello::Kind::cancel_request:
      return length >= min_cancel_bytes && length <= max_cancel_bytes;
    case PostgresHello::Kind::startup:
      return length > head_bytes;
  }
  return false;
}

// Whether these bytes of a head can still become one: the smallest and the largest head that begin with them
// enclose a possible one. Without this, a client of another binary protocol would be kept waiting.
bool can_become_head(Bytes seen) {
  auto fill = [&](std::byte filler) {
    std::array<std::byte, head_bytes> head;
    head.fill(filler);
    std::copy_n(seen.begin(), std::min(seen.size(), head_bytes), head.begin());
    return head;
  };
  auto smallest = fill(std::byte{0x00});
  auto largest = fill(std::byte{0xff});
  ByteReader low(smallest);
  ByteReader high(largest);
  if (*high.u32() < head_bytes || *low.u32() > max_postgres_message_bytes) return false;
  auto [first, last] = std::pair(*low.u32(), *high.u32());
  auto encloses = [&](std::uint32_t from, std::uint32_t to) { return first <= to && last >= from; };
  return encloses(cancel_request_code, gssenc_request_code) ||
         encloses(startup_major_version << 16, (startup_major_version << 16) + 0xffff);
}

}  // namespace

Verdict<PostgresHello> inspect_postgres(Bytes so_far) {
  if (!can_become_head(so_far)) return NotThis{};
  if (so_far.size() < head_bytes) return NeedMore{};
  ByteReader reader(so_far);
  std::size_t length = *reader.u32();
  auto kind = kind_of(*reader.u32());
  if (!kind) return NotThis{};
  if (!length_fits(*kind, length)) return Malformed{"the PostgreSQL request has a wrong length"};
  if (so_far.size() < length) return NeedMore{};
  if (*kind == PostgresHello::Kind::startup && so_far[length - 1] != std::byte{0})
    return Malformed{"the PostgreSQL StartupMessage does not end with a zero byte"};
  return PostgresHello{*kind, length};
}

std::array<std::byte, 8> postgres_ssl_request() {
  std::string message;
  append_u32(message, request_bytes);
  append_u32(message, ssl_request_code);
  std::array<std::byte, request_bytes> request;
  std::ranges::copy(as_bytes(message), request.begin());
  return request;
}

std::string postgres_error_response(std::string_view sqlstate, std::string_view sentence) {
  std::string fields;
  auto add = [&](char type, std::string_view value) {
    fields += type;
    fields += value.substr(0, value.find('\0'));  // a zero byte ends a value on the wire
    fields += '\0';
  };
  add('S', "FATAL");
  add('V', "FATAL");
  add('C', sqlstate);
  add('M', sentence);
  fields += '\0';

  std::string message = "E";
  append_u32(message,
             static_cast<std::uint32_t>(fields.size() + 4));  // counts itself, not the type before it
  return message + fields;
}

}  // namespace otoroshi
