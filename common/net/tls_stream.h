// TLS over another Stream, either role (OpenSSL 3).
//
// OpenSSL reads and writes through a BIO of ours, so bytes that were peeked before the handshake are not
// lost, several records leave with one system call, and nothing is buffered while the connection is idle.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "common/net/openssl.h"
#include "common/net/stream.h"
#include "common/net/task.h"
#include "common/net/worker.h"

namespace otoroshi {

class TlsStream final : public Stream {
 public:
  // `ssl` comes from a context of net/tls_context.h, which also sets its modes. `side` is the peer's.
  TlsStream(Worker& worker, StreamPtr under, SslPtr ssl, Side side);
  ~TlsStream() override;

  // Must be complete before anything else is called. On failure an alert has been sent where TLS has one, and
  // the error says what was wrong with the peer's certificate or protocol. The caller bounds it with a
  // Deadline. OpenSSL and its callbacks run on the assistant's thread meanwhile (net/side_job.h): nothing but
  // abort(), is_broken() and arm_broken() may be called until it is complete.
  Task<Result<void>> handshake();

  // For a protocol inside that has an end of its own, as a tunnel's WebSocket: a FIN without close_notify,
  // which anybody on the way may have sent, is an end like any other then.
  void take_fin_for_an_end() { fin_is_an_end_ = true; }

  IoResult try_read(MutableBytes into) override;
  IoResult try_write(Bytes from) override;
  IoResult try_flush() override;
  IoResult try_finish() override;

  void arm_readable(Waiter& waiter) override;
  void arm_writable(Waiter& waiter) override;
  void arm_broken(Waiter& waiter) override { under_->arm_broken(waiter); }
  bool is_broken() const override { return failure_ || under_->is_broken(); }

  void tick(Clock::time_point now) override { under_->tick(now); }
  void abort(const Error& why) override;
  const Error& failure() const override { return *failure_; }

  SSL* ssl() const { return ssl_.get(); }
  // After a handshake that failed: the bare stream, to end it in order so that the alert arrives.
  StreamPtr take_under() { return std::move(under_); }

 private:
  struct Bio;
  friend Bio;
  struct HandshakeSteps;
  // Reads of the stream underneath for one of ours, and those of them that may bring nothing: a peer may send
  // records without end that carry nothing.
  static constexpr unsigned reads_at_once = 16;
  static constexpr unsigned reads_for_nothing = 2;
  // Bytes of answers that wait for a peer who does not read.
  static constexpr std::size_t max_pending = 512 * 1024;

  bool receive_for(HandshakeSteps& steps);
  IoResult fail(Error why);
  IoResult ssl_failed(int ssl_error);
  bool is_between_records() const;
  // Sends what lies in pending_ and in the worker's record scratch; what does not go now lies in pending_
  // afterwards.
  IoResult send_records();

  Worker& worker_;
  StreamPtr under_;
  SslPtr ssl_;
  std::optional<Error> failure_;
  std::size_t gathered_ = 0;        // bytes of ours in the worker's record scratch, only during one call
  std::vector<std::byte> pending_;  // records that the socket did not take
  std::size_t pending_sent_ = 0;
  HandshakeSteps* handshake_ = nullptr;  // during handshake()
  Side side_;
  unsigned reads_left_ = 0;
  // OpenSSL wrote nothing because the peer has begun a message of the handshake and not finished it.
  bool write_needs_read_ = false;
  bool established_ = false;  // the handshake is complete
  bool under_ended_ = false;  // a FIN was read, with or without close_notify before it
  bool finished_ = false;     // our close_notify is written
  bool fin_is_an_end_ = false;
};

}  // namespace otoroshi
