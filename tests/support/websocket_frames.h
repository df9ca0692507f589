// WebSocket frames written byte by byte (RFC 6455 section 5.2), right and wrong ones, beside the codec that
// is under test.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/tunnel/frame_codec.h"

namespace otoroshi::test {

// First bytes of frames.
enum : std::uint8_t {
  continuation = 0x00,
  text = 0x01,
  binary = 0x02,
  close_frame = 0x08,
  ping = 0x09,
  pong = 0x0a,
  fin = 0x80,
};

inline constexpr std::array<char, 4> masking_key{'\x11', '\xa2', '\x5c', '\xff'};

inline std::string masked_byte_by_byte(std::string payload, std::size_t offset = 0) {
  for (std::size_t index = 0; index < payload.size(); ++index)
    payload[index] = static_cast<char>(payload[index] ^ masking_key[(index + offset) % 4]);
  return payload;
}

// `length_bytes`: how many the length takes, 1, 2 or 8; 0: as many as it needs.
inline std::string frame_head(tunnel::Role sender, int first, std::uint64_t length, int length_bytes = 0) {
  if (length_bytes == 0) length_bytes = length <= 125 ? 1 : length <= 0xffff ? 2 : 8;
  const bool masked = sender == tunnel::Role::client;
  const auto marker = length_bytes == 1 ? length : length_bytes == 2 ? 126 : 127;
  std::string head{static_cast<char>(first), static_cast<char>(marker | (masked ? 0x80 : 0))};
  if (length_bytes == 2) append_u16(head, static_cast<std::uint16_t>(length));
  if (length_bytes == 8) append_u64(head, length);
  if (masked) head.append(masking_key.data(), masking_key.size());
  return head;
}

inline std::string frame(tunnel::Role sender, int first, std::string_view payload, int length_bytes = 0) {
  auto whole = frame_head(sender, first, payload.size(), length_bytes);
  const bool masked = sender == tunnel::Role::client;
  return whole += masked ? masked_byte_by_byte(std::string(payload)) : std::string(payload);
}

inline std::string close_payload(std::uint16_t code, std::string_view reason = "") {
  std::string payload;
  append_u16(payload, code);
  return payload += reason;
}

struct Frame {
  int first = 0;
  std::string payload;  // unmasked
};

// Takes right frames apart, whoever sent them. The last may be unfinished.
inline std::vector<Frame> frames_in(std::string_view wire) {
  std::vector<Frame> frames;
  for (ByteReader reader(as_bytes(wire)); reader.left() >= 2;) {
    Frame frame{*reader.u8(), ""};
    const auto second = *reader.u8();
    std::uint64_t length = second & 0x7f;
    if (length == 126) length = reader.u16().value_or(0);
    if (length == 127) length = reader.u64().value_or(0);
    const auto key = second & 0x80 ? reader.take(4) : std::nullopt;
    frame.payload = as_text(*reader.take(std::min<std::uint64_t>(length, reader.left())));
    for (std::size_t index = 0; key && index < frame.payload.size(); ++index)
      frame.payload[index] = static_cast<char>(frame.payload[index] ^ static_cast<char>((*key)[index % 4]));
    frames.push_back(std::move(frame));
  }
  return frames;
}

// What a FrameReader makes of bytes that come in pieces.
struct Decoded {
  std::string bytes;
  std::optional<std::string> ping;  // the last
  std::optional<tunnel::CloseCode> close_code;
  std::string close_reason;
  std::string violation;
  bool between_frames = false;

  friend bool operator==(const Decoded&, const Decoded&) = default;
};

// `next_size(left)` says how many of the bytes that are left come next. Each piece is a heap block of its
// own, so that AddressSanitizer sees a step behind its end.
inline Decoded decode_in_pieces(tunnel::Role own, std::string_view wire,
                                const std::function<std::size_t(std::size_t)>& next_size) {
  tunnel::FrameReader reader(own);
  Decoded decoded;
  while (!wire.empty()) {
    const std::size_t size = next_size(wire.size());
    auto piece = std::make_unique<std::byte[]>(size);
    std::memcpy(piece.get(), wire.data(), size);
    wire.remove_prefix(size);
    const auto count = reader.decode({piece.get(), size});
    decoded.bytes += as_text(Bytes(piece.get(), count));
    if (auto payload = reader.take_ping()) decoded.ping = std::move(payload);
  }
  if (const auto& close = reader.close()) {
    decoded.close_code = close->code;
    decoded.close_reason = close->reason;
  }
  decoded.violation = reader.violation();
  decoded.between_frames = reader.between_frames();
  return decoded;
}

inline Decoded decode_at_once(tunnel::Role own, std::string_view wire) {
  return decode_in_pieces(own, wire, [](std::size_t left) { return left; });
}

}  // namespace otoroshi::test
