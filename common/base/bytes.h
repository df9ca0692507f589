// Bytes of wire formats, where integers are big-endian. ByteReader is the only code that reads length fields:
// every read is checked against what is there, so a parser that uses it cannot run past its input.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace otoroshi {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A cursor over bytes that somebody else owns. A read that asks for more than is left takes nothing and
// returns nullopt.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : rest_(bytes) {}

  std::size_t left() const { return rest_.size(); }
  bool empty() const { return rest_.empty(); }
  Bytes rest() const { return rest_; }

  std::optional<std::uint8_t> u8() { return integer<std::uint8_t, 1>(); }
  std::optional<std::uint16_t> u16() { return integer<std::uint16_t, 2>(); }
  std::optional<std::uint32_t> u24() { return integer<std::uint32_t, 3>(); }
  std::optional<std::uint32_t> u32() { return integer<std::uint32_t, 4>(); }
  std::optional<std::uint64_t> u64() { return integer<std::uint64_t, 8>(); }

  std::optional<Bytes> take(std::size_t count) {
    if (count > rest_.size()) return std::nullopt;
    auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  // A vector as TLS writes it: a length of 1, 2 or 3 bytes, then as many bytes (RFC 8446 section 3.4).
  std::optional<Bytes> vector8() { return vector(&ByteReader::u8); }
  std::optional<Bytes> vector16() { return vector(&ByteReader::u16); }
  std::optional<Bytes> vector24() { return vector(&ByteReader::u24); }

 private:
  template <class T, std::size_t width>
  std::optional<T> integer() {
    auto bytes = take(width);
    if (!bytes) return std::nullopt;
    std::uint64_t value = 0;
    for (auto byte : *bytes) value = value << 8 | std::to_integer<std::uint64_t>(byte);
    return static_cast<T>(value);
  }

  template <class T>
  std::optional<Bytes> vector(std::optional<T> (ByteReader::*read_length)()) {
    auto before = rest_;
    auto length = (this->*read_length)();
    auto body = length ? take(*length) : std::nullopt;
    if (!body) rest_ = before;
    return body;
  }

  Bytes rest_;
};

// Appends an integer as it stands on the wire.
template <std::unsigned_integral Integer>
void append_big_endian(std::string& out, Integer value) {
  for (int shift = std::numeric_limits<Integer>::digits - 8; shift >= 0; shift -= 8)
    out += static_cast<char>(value >> shift & 0xff);
}
inline void append_u16(std::string& out, std::uint16_t value) {
  append_big_endian(out, value);
}
inline void append_u32(std::string& out, std::uint32_t value) {
  append_big_endian(out, value);
}
inline void append_u64(std::string& out, std::uint64_t value) {
  append_big_endian(out, value);
}

}  // namespace otoroshi
