// Stream: the one interface that TCP, TLS, replayed bytes, a tunnel's WebSocket and the pipes of the tests
// share, so that the relay (net/relay.h) is written once.
//
// A two-way byte stream. One coroutine reads and one writes at a time; all of this happens on the thread
// of the worker that owns the connection. Operations never block: what cannot be done now answers
// `would_block`, and the caller sleeps (net/wait.h) until it is worth trying again. A stream that wraps
// another one owns it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/net/timer_queue.h"
#include "common/net/wait.h"

namespace otoroshi {

enum class IoStatus : std::uint8_t {
  done,         // `bytes` were moved (at least one for a read or a write); a flush or finish is complete
  would_block,  // nothing can be done now: sleep and call again
  end,          // read only: the peer has ended its direction in order
  error,        // the stream is broken: failure() says why
};

struct IoResult {
  IoStatus status = IoStatus::done;
  std::size_t bytes = 0;

  bool done() const { return status == IoStatus::done; }
  bool would_block() const { return status == IoStatus::would_block; }
  bool end() const { return status == IoStatus::end; }
  bool error() const { return status == IoStatus::error; }

  static IoResult moved(std::size_t bytes) { return {IoStatus::done, bytes}; }
};

// Bytes that may be spliced from `fd` as they are: at the most `limit`, 0 while there are none.
struct RawSource {
  static constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();
  int fd = -1;
  std::uint64_t limit = 0;
};

class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  virtual IoResult try_read(MutableBytes into) = 0;
  // May take fewer bytes than offered; the rest is offered again later.
  virtual IoResult try_write(Bytes from) = 0;
  // Brings everything that was taken, and what the protocol itself owes, into the kernel.
  virtual IoResult try_flush() = 0;
  // Flushes, then ends our direction in order: FIN; close_notify and FIN; a Close frame. Reading goes on.
  // After `would_block` call it again; after `done` further calls do nothing.
  virtual IoResult try_finish() = 0;

  // Each puts the waiter to sleep until its operation is worth trying again, or wakes it at once. A wait for
  // reading also pushes out what the stream owes (a TLS KeyUpdate, a Pong).
  virtual void arm_readable(Waiter& waiter) = 0;
  virtual void arm_writable(Waiter& waiter) = 0;
  // Until the peer resets, or an abort; for a pump that waits for its sink and does not read its source
  // meanwhile.
  virtual void arm_broken(Waiter& waiter) = 0;
  virtual bool is_broken() const = 0;

  // The splice(2) side. A stream that has none keeps these defaults.
  virtual RawSource raw_source() { return {}; }
  virtual int raw_sink() const { return -1; }
  // Exactly so many raw bytes follow on raw_sink().
  virtual IoResult begin_raw(std::uint64_t bytes) {
    (void)bytes;
    return {};
  }
  // So many raw bytes were taken from raw_source().fd, or put into raw_sink().
  virtual void raw_moved(std::uint64_t in, std::uint64_t out) {
    (void)in;
    (void)out;
  }
  // splice(2) found no room in raw_sink(). That it found nothing in raw_source() is for a read to confirm:
  // splice(2) also stops in front of an urgent byte.
  virtual void raw_sink_blocked() {}

  // Called about once a second by the worker's sweep, for keep-alive messages of the protocol.
  virtual void tick(Clock::time_point now) { (void)now; }

  // Ends both directions at once and tells the peer by RST (or a Close frame that carries the sentence).
  // Every sleeper wakes soon, never on this stack, and every later operation fails with `why`. The first
  // abort counts.
  virtual void abort(const Error& why) = 0;

  // Why the last operation answered `error`.
  virtual const Error& failure() const = 0;
};

using StreamPtr = std::unique_ptr<Stream>;

// `co_await readable(stream)` and the like, for code that waits for one stream only.
inline auto readable(Stream& stream) {
  return sleep_until([&stream](Waiter& waiter) { stream.arm_readable(waiter); });
}
inline auto writable(Stream& stream) {
  return sleep_until([&stream](Waiter& waiter) { stream.arm_writable(waiter); });
}

}  // namespace otoroshi
