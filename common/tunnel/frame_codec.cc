#include "common/tunnel/frame_codec.h"

#define _WEBSOCKETPP_CPP11_STL_
#include <algorithm>
#include <cstring>
#include <utility>
#include <websocketpp/frame.hpp>

#include "common/text/utf8.h"

namespace otoroshi::tunnel {

namespace frame = websocketpp::frame;

namespace {

// websocketpp finds out the machine's byte order when it is first needed and notes it without a lock (TSan
// saw two workers do it): so that is before main(), when there is one thread.
[[maybe_unused]] const frame::extended_header first_use_of_byte_order(0);

frame::basic_header basic_of(const std::array<std::byte, max_frame_head>& head) {
  return {std::to_integer<std::uint8_t>(head[0]), std::to_integer<std::uint8_t>(head[1])};
}

// Section 7.4: what an endpoint may put into a Close frame.
bool may_be_sent(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace

// Not websocketpp's word_mask_circ(): it reads whole words at any address, which is undefined behaviour.
void Mask::apply(Bytes from, std::byte* into) {
  Key turned;
  for (std::size_t index = 0; index < turned.size(); ++index) turned[index] = key_[(index + offset_) % 4];
  std::uint32_t half = 0;
  std::memcpy(&half, turned.data(), sizeof half);
  const auto word = std::uint64_t{half} << 32 | half;

  // A block is loaded before it is stored, so that `into` may begin before `from`.
  std::array<std::uint64_t, 8> block;
  const auto* in = from.data();
  auto left = from.size();
  for (; left >= sizeof block; left -= sizeof block, in += sizeof block, into += sizeof block) {
    std::memcpy(block.data(), in, sizeof block);
    for (auto& value : block) value ^= word;
    std::memcpy(into, block.data(), sizeof block);
  }
  for (std::size_t index = 0; index < left; ++index) into[index] = in[index] ^ turned[index % 4];
  skip(from.size());
}

std::size_t FrameReader::decode(MutableBytes wire) {
  const auto payload = wire.data();
  std::size_t decoded = 0;
  while (!is_over() && !wire.empty()) {
    if (kind_ == Kind::none) wire = wire.subspan(take_head(wire));
    if (kind_ == Kind::none) continue;
    const auto piece = wire.first(std::min<std::uint64_t>(left_, wire.size()));
    if (kind_ == Kind::data) {
      if (own_ == Role::server)
        mask_.apply(piece, payload + decoded);
      else if (payload + decoded != piece.data())
        std::memmove(payload + decoded, piece.data(), piece.size());
      decoded += piece.size();
    } else if (kind_ != Kind::dropped) {
      mask_.apply(piece, piece.data());
      control_ += as_text(piece);
    }
    wire = wire.subspan(piece.size());
    left_ -= piece.size();
    if (left_ == 0) end_frame();
  }
  return decoded;
}

void FrameReader::raw_taken(std::uint64_t bytes) {
  left_ -= bytes;
  if (left_ == 0) end_frame();
}

// Takes as many bytes as the head still needs; with the last of them the frame begins.
std::size_t FrameReader::take_head(Bytes wire) {
  std::size_t taken = 0;
  for (;;) {
    auto needed = head_size_ < frame::limits::basic_header_length ? frame::limits::basic_header_length
                                                                  : frame::get_header_len(basic_of(head_));
    if (head_size_ == needed) break;
    auto count = std::min(needed - head_size_, wire.size() - taken);
    if (count == 0) return taken;
    std::memcpy(head_.data() + head_size_, wire.data() + taken, count);
    head_size_ = static_cast<std::uint8_t>(head_size_ + count);
    taken += count;
  }
  begin_frame();
  return taken;
}

void FrameReader::begin_frame() {
  const auto basic = basic_of(head_);
  frame::extended_header extended;
  std::memcpy(extended.bytes, head_.data() + frame::limits::basic_header_length,
              head_size_ - frame::limits::basic_header_length);
  head_size_ = 0;

  const auto opcode = frame::get_opcode(basic);
  const bool masked = frame::get_masked(basic);
  left_ = frame::get_payload_size(basic, extended);
  last_fragment_ = frame::get_fin(basic);
  if (frame::get_rsv1(basic) || frame::get_rsv2(basic) || frame::get_rsv3(basic))
    return wrong("a frame has reserved bits set, although no extension was agreed upon");
  if (frame::opcode::reserved(opcode)) return wrong("a frame has an opcode that means nothing");
  if (masked != (own_ == Role::server))
    return wrong(masked ? "a frame of a server is masked" : "a frame of a client is not masked");
  if (left_ > frame::limits::payload_size_jumbo) return wrong("a frame is larger than frames can be");
  if (frame::get_basic_size(basic) != frame::get_basic_size({opcode, left_, true, masked}))
    return wrong("the length of a frame is written in more bytes than it needs");
  if (frame::opcode::is_control(opcode) && (!last_fragment_ || left_ > frame::limits::payload_size_basic))
    return wrong("a control frame is fragmented or longer than 125 bytes");
  if (!frame::opcode::is_control(opcode) &&
      (opcode == frame::opcode::continuation) != (message_ != Kind::none))
    return wrong("a fragment does not continue a message, or a message begins within another");

  mask_ = Mask();
  if (masked) {
    auto raw = frame::get_masking_key(basic, extended);
    Mask::Key key;
    std::memcpy(key.data(), raw.c, key.size());
    mask_ = Mask(key);
  }
  switch (opcode) {
    case frame::opcode::close:
      kind_ = Kind::close;
      break;
    case frame::opcode::ping:
      kind_ = Kind::ping;
      break;
    case frame::opcode::pong:
      kind_ = Kind::pong;
      break;
    case frame::opcode::continuation:
      kind_ = message_;
      break;
    default:
      kind_ = opcode == frame::opcode::binary ? Kind::data : Kind::dropped;
  }
}

void FrameReader::end_frame() {
  const auto ended = std::exchange(kind_, Kind::none);
  if (ended == Kind::data || ended == Kind::dropped) message_ = last_fragment_ ? Kind::none : ended;
  auto payload = std::exchange(control_, std::string());
  if (ended == Kind::ping) ping_ = std::move(payload);
  if (ended == Kind::close) take_close(payload);
}

void FrameReader::take_close(std::string_view payload) {
  Close close;
  if (!payload.empty()) {
    auto reader = ByteReader(as_bytes(payload));
    auto code = reader.u16();
    if (!code || !may_be_sent(*code)) return wrong("a Close frame has a code that must not be sent");
    close.code = static_cast<CloseCode>(*code);
    close.reason = as_text(reader.rest());
    if (valid_utf8_prefix(close.reason) != close.reason.size())
      return wrong("the reason in a Close frame is not UTF-8");
  }
  close_ = std::move(close);
}

FrameHead::FrameHead(Role own, std::uint8_t opcode, std::uint64_t payload, const Mask::Key& key) {
  const bool masked = own == Role::client;
  const frame::basic_header basic(static_cast<frame::opcode::value>(opcode), payload, true, masked);
  std::uint32_t raw_key = 0;
  std::memcpy(&raw_key, key.data(), key.size());
  const auto extended = masked ? frame::extended_header(payload, raw_key) : frame::extended_header(payload);
  bytes_[0] = std::byte{basic.b0};
  bytes_[1] = std::byte{basic.b1};
  size_ = frame::get_header_len(basic);
  std::memcpy(bytes_.data() + frame::limits::basic_header_length, extended.bytes,
              size_ - frame::limits::basic_header_length);
}

FrameHead FrameHead::binary(Role own, std::uint64_t payload, const Mask::Key& key) {
  return {own, frame::opcode::binary, payload, key};
}

std::string control_frame(Role own, std::uint8_t opcode, std::string_view payload, const Mask::Key& key) {
  const auto head = FrameHead(own, opcode, payload.size(), key);
  auto whole = std::string(as_text(head.bytes()));
  const auto begin = whole.size();
  whole += payload;
  if (own == Role::client) {
    auto* body = reinterpret_cast<std::byte*>(whole.data()) + begin;
    Mask(key).apply({body, payload.size()}, body);
  }
  return whole;
}

std::string ping_frame(Role own, const Mask::Key& key) {
  return control_frame(own, frame::opcode::ping, "", key);
}

std::string pong_frame(Role own, std::string_view payload, const Mask::Key& key) {
  return control_frame(own, frame::opcode::pong, payload, key);
}

std::string close_frame(Role own, CloseCode code, std::string_view reason, const Mask::Key& key) {
  std::string payload;
  append_u16(payload, static_cast<std::uint16_t>(code));
  payload += reason.substr(0, valid_utf8_prefix(reason.substr(0, frame::limits::close_reason_size)));
  return control_frame(own, frame::opcode::close, payload, key);
}

}  // namespace otoroshi::tunnel
