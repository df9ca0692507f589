#include "common/net/websocket_stream.h"

#include <openssl/rand.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "common/net/tcp_stream.h"
#include "common/text/duration.h"
#include "common/text/quoted.h"

namespace otoroshi {

using tunnel::CloseCode;
using tunnel::FrameHead;
using tunnel::Role;

namespace {

// Reads of the stream underneath that may bring no byte of a message before the others have their turn.
constexpr int reads_for_nothing = 4;
// What is left of a frame is copied if it is less, along with the frames behind it: splicing takes system
// calls for its head and for it.
constexpr std::uint64_t worth_splicing = 64 * 1024;
// A process that was stopped or starved has heard nothing meanwhile, and that is nobody's fault.
constexpr auto longest_tick = std::chrono::seconds(2);

// Keys must not be predictable for whoever chooses the bytes (RFC 6455 section 10.3), and one costs a lock
// and a turn of the generator: so a worker takes many at once.
tunnel::Mask::Key next_key(Role role) {
  tunnel::Mask::Key key{};
  if (role == Role::server) return key;
  constexpr std::size_t keys_at_once = 256;
  thread_local std::array<tunnel::Mask::Key, keys_at_once> keys;
  thread_local std::size_t used = keys_at_once;
  if (used == keys_at_once) {
    if (RAND_bytes(reinterpret_cast<unsigned char*>(keys.data()), sizeof keys) != 1)
      throw std::runtime_error("OpenSSL gives no random bytes");
    used = 0;
  }
  return keys[used++];
}

CloseCode close_code(const Error& why, Side peer) {
  if (why.code == ErrorCode::revoked) return CloseCode::policy;
  if (why.code == ErrorCode::protocol && why.side == peer) return CloseCode::protocol_error;
  return CloseCode::internal_error;
}

}  // namespace

WebSocketStream::WebSocketStream(Worker& worker, StreamPtr under, Side side, const WebSocketOptions& options)
    : worker_(worker),
      under_(std::move(under)),
      options_(options),
      side_(side),
      reader_(options.role),
      close_allowed_(worker.timers()) {}

IoResult WebSocketStream::fail(Error why) {
  if (!failure_) failure_ = std::make_unique<const Error>(std::move(why));
  return {IoStatus::error};
}

IoResult WebSocketStream::protocol_broken() {
  return fail({ErrorCode::protocol, side_,
               std::string("the ")
                   .append(options_.peer)
                   .append(" broke the WebSocket protocol: ")
                   .append(reader_.violation())});
}

IoResult WebSocketStream::try_read(MutableBytes into) {
  waits_for_bytes_ = false;
  more_underneath_ = false;
  if (failure_) return {IoStatus::error};
  if (early_size_ > 0) {
    const auto count = std::min<std::size_t>(early_size_, into.size());
    std::memcpy(into.data(), early_.data(), count);
    std::memmove(early_.data(), early_.data() + count, early_size_ - count);
    early_size_ = static_cast<std::uint8_t>(early_size_ - count);
    return IoResult::moved(count);
  }
  if (!reader_.violation().empty()) return protocol_broken();
  if (reader_.close() && !peer_ended_) return read_ended();
  for (int count = 0; count < reads_for_nothing; ++count) {
    auto got = under_->try_read(into);
    if (got.error()) return fail(under_->failure());
    if (got.end()) return read_ended();
    if (got.would_block()) return got;
    heard_peer();
    if (peer_ended_) continue;  // only control frames can come now, and nobody waits for answers
    const auto payload = reader_.decode(into.first(got.bytes));
    splices_frame_ = false;
    if (auto ping = reader_.take_ping()) pong_due_ = std::move(ping);
    if (payload > 0) return IoResult::moved(payload);
    if (!reader_.violation().empty()) return protocol_broken();
    if (reader_.close()) return read_ended();
  }
  more_underneath_ = true;
  return {IoStatus::would_block};
}

// There is nothing more to read: a Close was read, or the stream underneath has ended.
IoResult WebSocketStream::read_ended() {
  if (peer_ended_) return {IoStatus::end};
  const auto peer = "the " + std::string(options_.peer);
  if (const auto& close = reader_.close(); close && !close->is_end()) {
    const auto code = static_cast<unsigned>(close->code);
    return fail({close->code == CloseCode::policy ? ErrorCode::revoked : ErrorCode::reset, side_,
                 peer + " ended the tunnel: " +
                     (close->reason.empty() ? "it gave no reason" : quoted(close->reason, 123)) +
                     " (close code " + std::to_string(code) + ')'});
  }
  if (!reader_.close() && !reader_.between_frames())
    return fail({ErrorCode::reset, side_, peer + " closed the connection in the middle of a frame"});
  if (!reader_.close() && options_.peer_half_close)
    return fail({ErrorCode::reset, side_, peer + " closed the connection without ending the tunnel first"});
  peer_ended_ = true;
  if (close_allowed_.running()) close_allowed_.start({});
  if (close_sent_ && finish_under().error()) return {IoStatus::error};
  return {IoStatus::end};
}

IoResult WebSocketStream::try_write(Bytes from) {
  if (failure_) return {IoStatus::error};
  std::size_t taken = 0;
  while (taken < from.size()) {
    if (auto sent = send_owed(); !sent.done()) {
      if (sent.error()) return sent;
      break;
    }
    const auto rest = from.subspan(taken);
    auto put = out_left_ == 0 ? begin_frame(rest) : continue_frame(rest);
    if (put.error()) return fail(under_->failure());
    blocked_ = put.would_block();
    if (blocked_) break;
    taken += put.bytes;
  }
  return taken > 0 ? IoResult::moved(taken) : IoResult{IoStatus::would_block};
}

// Head and payload leave together. Where nothing of them could, no frame is begun.
IoResult WebSocketStream::begin_frame(Bytes from) {
  const auto scratch = worker_.frame_scratch();
  const auto payload = from.first(std::min(from.size(), scratch.size() - tunnel::max_frame_head));
  const auto key = next_key(options_.role);
  const auto head = FrameHead::binary(options_.role, payload.size(), key);
  const auto head_size = head.bytes().size();
  auto mask = options_.role == Role::client ? tunnel::Mask(key) : tunnel::Mask();
  out_mask_ = mask;
  std::memcpy(scratch.data(), head.bytes().data(), head_size);
  if (options_.role == Role::client)
    mask.apply(payload, scratch.data() + head_size);
  else
    std::memcpy(scratch.data() + head_size, payload.data(), payload.size());

  auto put = under_->try_write(scratch.first(head_size + payload.size()));
  if (!put.done()) return put;
  out_left_ = payload.size();
  if (put.bytes < head_size) {
    owed_ = as_text(head.bytes().subspan(put.bytes));
    return {IoStatus::would_block};
  }
  const auto taken = put.bytes - head_size;
  out_left_ -= taken;
  out_mask_.skip(taken);
  return taken > 0 ? IoResult::moved(taken) : IoResult{IoStatus::would_block};
}

IoResult WebSocketStream::continue_frame(Bytes from) {
  auto payload = from.first(std::min<std::uint64_t>(from.size(), out_left_));
  if (options_.role == Role::client) {
    const auto scratch = worker_.frame_scratch();
    payload = payload.first(std::min(payload.size(), scratch.size()));
    auto mask = out_mask_;
    mask.apply(payload, scratch.data());
    payload = scratch.first(payload.size());
  }
  auto put = under_->try_write(payload);
  if (put.done()) {
    out_left_ -= put.bytes;
    out_mask_.skip(put.bytes);
  }
  return put;
}

bool WebSocketStream::may_send_control_frames() const {
  if (out_left_ > 0 || under_finished_) return false;
  return !close_queued_ ||
         options_.peer_half_close;  // behind our Close a peer of another make expects nothing
}

std::string WebSocketStream::take_due_control_frames() {
  std::string frames;
  if (!may_send_control_frames()) return frames;
  if (pong_due_) frames += tunnel::pong_frame(options_.role, *pong_due_, next_key(options_.role));
  if (ping_due_) frames += tunnel::ping_frame(options_.role, next_key(options_.role));
  pong_due_.reset();
  ping_due_ = false;
  return frames;
}

IoResult WebSocketStream::send_owed() {
  for (;;) {
    if (owed_.empty()) owed_ = take_due_control_frames();
    if (owed_.empty()) return {};
    auto put = under_->try_write(as_bytes(owed_));
    if (put.error()) return fail(under_->failure());
    blocked_ = put.would_block();
    if (blocked_) return put;
    owed_.erase(0, put.bytes);
    if (close_queued_ && owed_.empty()) close_sent_ = true;
  }
}

IoResult WebSocketStream::try_flush() {
  if (failure_) return {IoStatus::error};
  if (auto sent = send_owed(); !sent.done()) return sent;
  auto flushed = under_->try_flush();
  if (flushed.would_block()) blocked_ = true;
  return flushed.error() ? fail(under_->failure()) : flushed;
}

bool WebSocketStream::close_is_held_back() const {
  return !options_.peer_half_close && !peer_ended_ && !close_allowed_.expired();
}

IoResult WebSocketStream::try_finish() {
  if (failure_) return {IoStatus::error};
  if (!close_queued_) {
    if (close_is_held_back()) {
      if (under_->is_broken()) return {};  // the peer has reset meanwhile: whoever reads, or looks, sees it
      if (!close_allowed_.running()) close_allowed_.start(options_.hold_close);
      return {IoStatus::would_block};
    }
    close_queued_ = true;
    owed_ += tunnel::close_frame(options_.role, CloseCode::normal, "", next_key(options_.role));
  }
  // A Ping behind our Close may be stuck, for the peer need not read on.
  if (!close_sent_) {
    if (auto sent = send_owed(); sent.error() || !close_sent_) return sent;
  }
  auto flushed = under_->try_flush();
  if (flushed.error()) return fail(under_->failure());
  return flushed.done() ? finish_under() : flushed;
}

// Our FIN follows once both directions have ended.
IoResult WebSocketStream::finish_under() {
  if (!peer_ended_) return {};
  under_finished_ = true;
  auto finished = under_->try_finish();
  return finished.error() ? fail(under_->failure()) : finished;
}

void WebSocketStream::arm_readable(Waiter& waiter) {
  if (failure_ || early_size_ > 0) return waiter.wake();
  waits_for_bytes_ = true;
  auto pushed = under_finished_ ? finish_under() : send_owed();
  if (pushed.error() || more_underneath_) return waiter.wake();
  if (pushed.would_block()) under_->arm_writable(waiter);
  if (!waiter.woken()) under_->arm_readable(waiter);
}

void WebSocketStream::arm_writable(Waiter& waiter) {
  if (!close_allowed_.running()) return under_->arm_writable(waiter);
  close_allowed_.arm(waiter);
  under_->arm_broken(waiter);
}

RawSource WebSocketStream::raw_source() {
  if (failure_ || early_size_ > 0 || reader_.is_over() || peer_ended_ || options_.role == Role::server)
    return {};
  const auto under = under_->raw_source();
  if (under.limit == 0) return {};
  if (reader_.between_frames()) {
    splices_frame_ = false;
    read_raw_head();
  }
  if (reader_.raw_left() >= worth_splicing) splices_frame_ = true;
  if (!splices_frame_ || early_size_ > 0) return {};
  return {under.fd, std::min(under.limit, reader_.raw_left())};
}

// Reads no more than the longest head of a server's frame, so that a large payload stays in the kernel. A
// small frame may lie in these bytes as a whole.
void WebSocketStream::read_raw_head() {
  auto got = under_->try_read(early_);
  if (!got.done()) return;  // the next read says why
  heard_peer();
  early_size_ = static_cast<std::uint8_t>(reader_.decode(MutableBytes(early_).first(got.bytes)));
  if (auto ping = reader_.take_ping()) pong_due_ = std::move(ping);
}

int WebSocketStream::raw_sink() const {
  return options_.role == Role::server && !failure_ ? under_->raw_sink() : -1;
}

IoResult WebSocketStream::begin_raw(std::uint64_t bytes) {
  if (failure_) return {IoStatus::error};
  if (auto sent = send_owed(); !sent.done()) return sent;
  if (out_left_ > 0) return {};  // begun by a call before
  const auto head = FrameHead::binary(options_.role, bytes, {});
  auto put = ::send(under_->raw_sink(), head.bytes().data(), head.bytes().size(),
                    MSG_MORE | MSG_DONTWAIT | MSG_NOSIGNAL);
  if (put < 0 && errno == EAGAIN) {
    raw_sink_blocked();
    return {IoStatus::would_block};
  }
  if (put < 0) return fail(socket_error(side_, errno));
  out_left_ = bytes;
  owed_ = as_text(head.bytes().subspan(static_cast<std::size_t>(put)));
  return owed_.empty() ? IoResult{} : IoResult{IoStatus::would_block};
}

void WebSocketStream::raw_moved(std::uint64_t in, std::uint64_t out) {
  if (in > 0) {
    heard_peer();
    waits_for_bytes_ = false;
    reader_.raw_taken(in);
  }
  if (out > 0) blocked_ = false;
  out_left_ -= out;
  under_->raw_moved(in, out);
}

void WebSocketStream::raw_sink_blocked() {
  blocked_ = true;
  under_->raw_sink_blocked();
}

void WebSocketStream::tick(Clock::time_point now) {
  under_->tick(now);
  const auto elapsed = std::min<Clock::duration>(now - last_tick_, longest_tick);
  last_tick_ = now;
  if (failure_) return;
  const bool pings = options_.ping_interval > Clock::duration::zero();
  const bool had_time_to_answer = asked_;
  if (pings && now - last_ping_ >= options_.ping_interval) {
    ping_due_ = asked_ = true;
    last_ping_ = now;
  }
  try_flush();  // a failure shows in the next operation of whoever uses the stream
  if (!pings || !waits_for_bytes_ || blocked_) return;
  silence_ += elapsed;
  const auto longest_silence = 2 * options_.ping_interval;
  if (silence_ < longest_silence || !had_time_to_answer) return;
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(longest_silence);
  abort({ErrorCode::timed_out, side_,
         "the " + std::string(options_.peer) + " is silent: no byte came for " + duration_text(limit) +
             ", not even an answer to a Ping"});
}

void WebSocketStream::abort(const Error& why) {
  const bool can_tell =
      out_left_ == 0 && owed_.empty() && !close_queued_ && !blocked_ && !under_->is_broken();
  if (can_tell) {
    close_queued_ = true;
    const auto code = close_code(why, side_);
    const auto frame = tunnel::close_frame(options_.role, code, why.sentence, next_key(options_.role));
    if (under_->try_write(as_bytes(frame)).done()) under_->try_flush();
  }
  fail(why);
  under_->abort(*failure_);
}

}  // namespace otoroshi
