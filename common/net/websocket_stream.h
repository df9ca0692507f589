// A tunnel's WebSocket as a Stream, either end of it: what is written leaves in binary messages, what comes
// in them is read as it arrives. A Close frame ends one direction, as FIN does for TCP;
// docs/tunnel-protocol.md has the rules.
//
// It begins behind the upgrade (tunnel/upgrade.h); bytes that came along with the head are put in front of
// `under` with with_prefix().
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/net/stream.h"
#include "common/net/worker.h"
#include "common/tunnel/frame_codec.h"

namespace otoroshi {

struct WebSocketOptions {
  tunnel::Role role = tunnel::Role::server;  // our own
  std::string_view peer = "client";          // in sentences: "the client", "the gateway"; a literal
  // The peer carries a half-close: it ends each direction with Close, and reads on after it has sent its own.
  bool peer_half_close = true;
  Clock::duration ping_interval = tunnel::default_ping_interval;
  // For a peer that answers Close with its own at once: how long our Close is kept back while its direction
  // is open.
  Clock::duration hold_close = std::chrono::seconds(30);
};

class WebSocketStream final : public Stream {
 public:
  // `side` is the peer's.
  WebSocketStream(Worker& worker, StreamPtr under, Side side, const WebSocketOptions& options);

  // `end`: the peer's Close has come. Reading on then drops what comes until its FIN, which is `end` again:
  // who closes a socket with unread bytes in it resets it, and what is still on its way is lost.
  IoResult try_read(MutableBytes into) override;
  // Once part of a frame is taken, the rest of the bytes has to follow.
  IoResult try_write(Bytes from) override;
  IoResult try_flush() override;
  IoResult try_finish() override;

  void arm_readable(Waiter& waiter) override;
  void arm_writable(Waiter& waiter) override;
  void arm_broken(Waiter& waiter) override { under_->arm_broken(waiter); }
  bool is_broken() const override { return failure_ || under_->is_broken(); }

  // A client splices large frames from the server, a server makes one frame of what is spliced. (Masked bytes
  // cannot be spliced.) May read the head of the next frame.
  RawSource raw_source() override;
  int raw_sink() const override;
  IoResult begin_raw(std::uint64_t bytes) override;
  void raw_moved(std::uint64_t in, std::uint64_t out) override;
  void raw_sink_blocked() override;

  // Sends a Ping in every interval. A peer of whom no byte comes for two intervals is dead: that is, while we
  // wait for bytes, and none of ours are stuck on their way to it (then the kernel's keepalive decides).
  void tick(Clock::time_point now) override;

  // Sends Close, with 1008 if `why` is `revoked`, 1002 if the peer broke the protocol, else 1011, and the
  // sentence; then resets. Only a reset if a frame is begun, or there is no room.
  void abort(const Error& why) override;
  const Error& failure() const override { return *failure_; }

 private:
  void heard_peer() {
    silence_ = {};
    asked_ = false;
  }
  IoResult fail(Error why);
  IoResult protocol_broken();
  IoResult read_ended();
  void read_raw_head();

  IoResult begin_frame(Bytes from);
  IoResult continue_frame(Bytes from);
  // Sends control frames that are due, and what is left of a head or of them.
  IoResult send_owed();
  std::string take_due_control_frames();
  bool may_send_control_frames() const;
  bool close_is_held_back() const;
  IoResult finish_under();

  Worker& worker_;
  StreamPtr under_;
  WebSocketOptions options_;
  std::unique_ptr<const Error> failure_;
  Side side_;

  // Reading.
  tunnel::FrameReader reader_;
  std::array<std::byte, 10> early_{};  // payload that was read along with a head
  std::uint8_t early_size_ = 0;
  bool splices_frame_ = false;  // the frame that is being read is worth it
  bool peer_ended_ = false;     // by a Close, or by a FIN where that may stand for it
  // The last read gave up before `under_` did: TLS may hold bytes for which no socket wakes anybody.
  bool more_underneath_ = false;
  bool waits_for_bytes_ = false;  // somebody sleeps until there is something to read

  // Writing.
  bool blocked_ = false;        // the last write found no room
  std::uint64_t out_left_ = 0;  // payload of the frame that is begun
  tunnel::Mask out_mask_;       // where its key goes on
  std::string owed_;            // goes out before anything else
  std::optional<std::string> pong_due_;
  bool ping_due_ = false;
  bool close_queued_ = false;
  bool close_sent_ = false;
  bool under_finished_ = false;
  Timer close_allowed_;  // runs while our Close is held back

  // Time, as tick() sees it.
  Clock::time_point last_tick_ = Clock::now();
  Clock::time_point last_ping_ = last_tick_;
  Clock::duration silence_{};  // while bytes were waited for
  bool asked_ = false;         // a Ping was due since the last byte
};

}  // namespace otoroshi
