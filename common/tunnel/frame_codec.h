// WebSocket frames (RFC 6455 section 5) as a tunnel uses them: bytes in binary messages, control frames
// between them, nothing held that need not be. No extension is ever agreed upon. (pure)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/bytes.h"
#include "common/tunnel/protocol.h"

namespace otoroshi::tunnel {

inline constexpr std::size_t max_frame_head = 14;  // bytes

// Whose end of the WebSocket we are: frames of clients are masked, those of servers never.
enum class Role : std::uint8_t { client, server };

// Where a masking key (section 5.3) goes on. Copies are cheap, so that a payload may be masked in pieces, and
// a piece again.
class Mask {
 public:
  using Key = std::array<std::byte, 4>;

  Mask() = default;  // changes nothing
  explicit Mask(const Key& key) : key_(key) {}

  // Masks, or unmasks, the next `from.size()` bytes of the payload. `into` is as large and lies apart from
  // `from`, is the same memory, or begins before it.
  void apply(Bytes from, std::byte* into);
  // Those bytes were masked by a copy.
  void skip(std::uint64_t bytes) { offset_ = static_cast<std::uint8_t>((offset_ + bytes) % 4); }

 private:
  Key key_{};
  std::uint8_t offset_ = 0;  // in the key
};

// How the peer ended its direction.
struct Close {
  CloseCode code = CloseCode::none;  // any that may stand on the wire
  std::string reason;                // UTF-8

  bool is_end() const { return code == CloseCode::normal || code == CloseCode::none; }
};

// Reads what a peer sends, however it is cut into pieces; a frame may be of any size and is never held.
// Messages of text, which the original sends and drops, are dropped here too.
class FrameReader {
 public:
  explicit FrameReader(Role own) : own_(own) {}

  // Decodes bytes as they came from the wire, in place: the payload of binary messages stands at the front
  // afterwards, and so many bytes are returned. Nothing behind a Close frame or a violation is looked at.
  std::size_t decode(MutableBytes wire);

  // Payload of a binary message that comes next and need not pass through decode(): unmasked, so a client's
  // only. 0 between frames.
  std::uint64_t raw_left() const { return own_ == Role::client && kind_ == Kind::data ? left_ : 0; }
  void raw_taken(std::uint64_t bytes);

  // No frame is begun. (A message may be: its next fragment can be behind a control frame.)
  bool between_frames() const { return kind_ == Kind::none && head_size_ == 0; }

  // The payload of the last Ping that has not been taken: the Pong that is owed.
  std::optional<std::string> take_ping() { return std::exchange(ping_, std::nullopt); }
  const std::optional<Close>& close() const { return close_; }
  // What the peer did wrong, for a Close with code 1002; empty while it keeps to the protocol.
  std::string_view violation() const { return violation_; }
  // One of them has come.
  bool is_over() const { return close_ || !violation_.empty(); }

 private:
  enum class Kind : std::uint8_t { none, data, dropped, close, ping, pong };

  std::size_t take_head(Bytes wire);
  void begin_frame();
  void end_frame();
  void take_close(std::string_view payload);
  void wrong(std::string_view what) { violation_ = what; }

  std::optional<std::string> ping_;
  std::optional<Close> close_;
  std::string_view violation_;  // a literal
  std::string control_;         // payload of a control frame so far
  std::uint64_t left_ = 0;
  std::array<std::byte, max_frame_head> head_{};
  Mask mask_;
  std::uint8_t head_size_ = 0;
  Kind kind_ = Kind::none;
  Kind message_ = Kind::none;  // of which more fragments come: data or dropped
  bool last_fragment_ = true;
  Role own_;
};

// The head of a frame that we send.
class FrameHead {
 public:
  // `key` is used by a client only.
  static FrameHead binary(Role own, std::uint64_t payload, const Mask::Key& key);
  Bytes bytes() const { return Bytes(bytes_).first(size_); }

 private:
  friend std::string control_frame(Role, std::uint8_t, std::string_view, const Mask::Key&);
  FrameHead(Role own, std::uint8_t opcode, std::uint64_t payload, const Mask::Key& key);

  std::array<std::byte, max_frame_head> bytes_{};
  std::size_t size_ = 0;
};

// Whole control frames. A Ping's or Pong's payload is at most 125 bytes, as a peer's Ping is.
std::string ping_frame(Role own, const Mask::Key& key);
std::string pong_frame(Role own, std::string_view payload, const Mask::Key& key);
// The reason is cut to what fits (123 bytes), between characters.
std::string close_frame(Role own, CloseCode code, std::string_view reason, const Mask::Key& key);

}  // namespace otoroshi::tunnel
