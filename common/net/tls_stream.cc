#include "common/net/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <span>
#include <string_view>

#include "common/net/prefixed_stream.h"
#include "common/net/side_job.h"
#include "common/net/tls_failure.h"

namespace otoroshi {

namespace {

constexpr std::size_t record_header = 5;             // RFC 8446 section 5.1
constexpr std::size_t longest_record = 16384 + 256;  // of ciphertext, without its header

// Bytes of a handshake that are taken from the stream underneath at a time.
constexpr std::size_t received_at_once = 16 * 1024;

// The length that a record's header tells, without the header; nothing if it is none.
std::optional<std::size_t> record_length(Bytes header) {
  const auto type = std::to_integer<unsigned>(header[0]), version = std::to_integer<unsigned>(header[1]);
  const auto length = std::to_integer<std::size_t>(header[3]) << 8 | std::to_integer<std::size_t>(header[4]);
  if (type < SSL3_RT_CHANGE_CIPHER_SPEC || type > SSL3_RT_APPLICATION_DATA || version != SSL3_VERSION_MAJOR ||
      length > longest_record)
    return std::nullopt;
  return length;
}

// How many of these bytes OpenSSL could get on by: a record that is not complete would not help it, and what
// is no TLS it refuses.
std::size_t useful_bytes(Bytes bytes) {
  std::size_t whole = 0;
  while (bytes.size() - whole >= record_header) {
    const auto length = record_length(bytes.subspan(whole));
    if (!length) return bytes.size();
    if (bytes.size() - whole < record_header + *length) break;
    whole += record_header + *length;
  }
  return whole;
}

}  // namespace

// A handshake goes on by steps, which the worker's assistant does: OpenSSL then meets no socket, but reads
// what was received and leaves in pending_ what is to be sent.
struct TlsStream::HandshakeSteps final : SideJob {
  explicit HandshakeSteps(TlsStream& its_stream) : SideJob(its_stream.worker_), stream(its_stream) {
    stream.handshake_ = this;
  }
  ~HandshakeSteps() { stream.handshake_ = nullptr; }

  bool are_complete() const { return ssl_error == SSL_ERROR_NONE; }

  void drop_taken() {
    received.erase(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(taken));
    taken = 0;
  }

  void do_work() override {
    auto* ssl = stream.ssl_.get();
    ERR_clear_error();
    const auto outcome = SSL_do_handshake(ssl);
    ssl_error = outcome == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl, outcome);
    // OpenSSL's reason is in a queue of this thread.
    if (!are_complete() && ssl_error != SSL_ERROR_WANT_READ) failure = describe_tls_failure(ssl, ssl_error);
  }

  TlsStream& stream;
  std::vector<std::byte> received;
  std::size_t offered = 0;  // of it, to OpenSSL
  std::size_t taken = 0;    // by OpenSSL
  int ssl_error = SSL_ERROR_WANT_READ;
  std::optional<Error> failure;
};

// The BIO through which OpenSSL reaches the stream underneath. Its data pointer is the TlsStream.
struct TlsStream::Bio {
  static TlsStream& stream_of(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* into, std::size_t size, std::size_t* taken) {
    auto& self = stream_of(bio);
    BIO_clear_retry_flags(bio);
    if (self.handshake_) return read_received(bio, into, size, taken);
    if (self.reads_left_ == 0) {
      BIO_set_retry_read(bio);
      return 0;
    }
    --self.reads_left_;
    auto got = self.under_->try_read({reinterpret_cast<std::byte*>(into), size});
    *taken = got.bytes;
    if (got.done()) return 1;
    if (got.would_block()) BIO_set_retry_read(bio);
    if (got.end()) {
      self.under_ended_ = true;
      // OpenSSL would break off for it and write no answer any more, so try_read() judges it instead.
      if (self.established_ && self.fin_is_an_end_) BIO_set_retry_read(bio);
    }
    if (got.error()) self.fail(self.under_->failure());
    return 0;
  }

  // Takes everything: records gather in the worker's scratch memory and, should that be full, in pending_.
  static int write(BIO* bio, const char* from, std::size_t size, std::size_t* written) {
    auto& self = stream_of(bio);
    BIO_clear_retry_flags(bio);
    if (self.handshake_) return write_to_pending(self, from, size, written);
    auto scratch = self.worker_.record_scratch();
    if (size > scratch.size() - self.gathered_ && self.send_records().error()) return 0;
    if (self.pending_.size() - self.pending_sent_ > max_pending) {
      self.fail(
          {ErrorCode::protocol, self.side_, "the peer makes us answer it and does not read the answers"});
      return 0;
    }
    if (!self.pending_.empty()) return write_to_pending(self, from, size, written);
    std::memcpy(scratch.data() + self.gathered_, from, size);
    self.gathered_ += size;
    *written = size;
    return 1;
  }

  // These two also on the assistant's thread: nothing of the worker is touched.
  static int read_received(BIO* bio, char* into, std::size_t size, std::size_t* taken);
  static int write_to_pending(TlsStream& self, const char* from, std::size_t size, std::size_t* written) {
    const auto more = std::as_bytes(std::span(from, size));
    try {
      self.pending_.insert(self.pending_.end(), more.begin(), more.end());
    } catch (const std::bad_alloc&) {  // OpenSSL's frames are C
      return 0;
    }
    *written = size;
    return 1;
  }

  static long ctrl(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return stream_of(bio).under_ended_;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static const BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      auto* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "otoroshi stream");
      BIO_meth_set_read_ex(method, read);
      BIO_meth_set_write_ex(method, write);
      BIO_meth_set_ctrl(method, ctrl);
      return method;
    }();
    return made;
  }
};

int TlsStream::Bio::read_received(BIO* bio, char* into, std::size_t size, std::size_t* taken) {
  const auto& self = stream_of(bio);
  auto& steps = *self.handshake_;
  *taken = std::min(size, steps.offered - steps.taken);
  if (*taken == 0) {
    if (!self.under_ended_) BIO_set_retry_read(bio);
    return 0;
  }
  std::memcpy(into, steps.received.data() + steps.taken, *taken);
  steps.taken += *taken;
  return 1;
}

TlsStream::TlsStream(Worker& worker, StreamPtr under, SslPtr ssl, Side side)
    : worker_(worker), under_(std::move(under)), ssl_(std::move(ssl)), side_(side) {
  auto* bio = BIO_new(Bio::method());
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
}

TlsStream::~TlsStream() = default;

IoResult TlsStream::fail(Error why) {
  if (!failure_) failure_ = std::move(why);
  return {IoStatus::error};
}

IoResult TlsStream::ssl_failed(int ssl_error) {
  if (failure_) return {IoStatus::error};
  if (under_ended_) {
    return fail(
        {ErrorCode::reset, side_,
         "the " + std::string(name_of(side_)) + " closed the connection " +
             (established_ ? "without ending TLS first (no close_notify)" : "during the TLS handshake")});
  }
  return fail(describe_tls_failure(ssl_.get(), ssl_error));
}

IoResult TlsStream::send_records() {
  auto scratch = Bytes(worker_.record_scratch()).first(gathered_);
  gathered_ = 0;
  while (pending_sent_ < pending_.size()) {
    auto put = under_->try_write(Bytes(pending_).subspan(pending_sent_));
    if (put.error()) return fail(under_->failure());
    if (put.would_block()) {
      pending_.insert(pending_.end(), scratch.begin(), scratch.end());
      return put;
    }
    pending_sent_ += put.bytes;
  }
  if (!pending_.empty()) {
    std::vector<std::byte>().swap(pending_);
    pending_sent_ = 0;
  }
  while (!scratch.empty()) {
    auto put = under_->try_write(scratch);
    if (put.error()) return fail(under_->failure());
    if (put.would_block()) {
      pending_.assign(scratch.begin(), scratch.end());
      return put;
    }
    scratch = scratch.subspan(put.bytes);
  }
  return under_->try_flush();
}

Task<Result<void>> TlsStream::handshake() {
  HandshakeSteps steps(*this);
  const bool speaks_first = !SSL_is_server(ssl_.get());
  // Who connects to a target, or has answered a client, goes on before others begin.
  auto urgency = speaks_first ? Assistant::Urgency::served_already : Assistant::Urgency::newcomer;
  bool is_due = speaks_first;
  for (;;) {
    if (!steps.are_complete()) is_due |= receive_for(steps);
    if (is_due && !failure_) {
      is_due = false;
      co_await steps.done(urgency);
      // An abort in the meantime has come first.
      if (steps.failure) under_ended_ ? ssl_failed(SSL_ERROR_SYSCALL) : fail(std::move(*steps.failure));
      if (!pending_.empty()) urgency = Assistant::Urgency::served_already;
    }
    auto sent = send_records();  // an alert too
    if (failure_) co_return std::unexpected(*failure_);
    if (steps.are_complete() && sent.done()) {
      established_ = true;
      steps.drop_taken();
      under_ = with_prefix(std::move(under_), std::move(steps.received));
      co_return Result<void>();
    }
    bool slept = co_await sleep_until([&](Waiter& waiter) {
      if (sent.would_block()) under_->arm_writable(waiter);
      if (!steps.are_complete()) under_->arm_readable(waiter);
    });
    if (!slept) co_await worker_.yield();
  }
}

// Whether there is something new that OpenSSL could get on by.
bool TlsStream::receive_for(HandshakeSteps& steps) {
  auto& received = steps.received;
  steps.drop_taken();
  const auto scratch = worker_.scratch().first(received_at_once);
  auto got = under_->try_read(scratch);
  if (got.error()) fail(under_->failure());
  if (got.end()) under_ended_ = true;
  received.insert(received.end(), scratch.begin(), scratch.begin() + static_cast<std::ptrdiff_t>(got.bytes));
  steps.offered = under_ended_ ? received.size() : useful_bytes(received);
  return under_ended_ || steps.offered > 0;
}

IoResult TlsStream::try_read(MutableBytes into) {
  if (failure_) return {IoStatus::error};
  std::size_t taken = 0;
  int error = SSL_ERROR_NONE;
  ERR_clear_error();
  for (unsigned budget = reads_at_once; budget > 0 && taken < into.size();) {
    const auto granted = std::min(budget, reads_for_nothing);
    reads_left_ = granted;
    std::size_t got = 0;
    auto outcome = SSL_read_ex(ssl_.get(), into.data() + taken, into.size() - taken, &got);
    taken += got;
    budget -= granted - reads_left_;
    if (outcome != 1) {
      error = SSL_get_error(ssl_.get(), outcome);
      break;
    }
  }
  const bool broken = error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL;
  // OpenSSL says only once what was wrong; what it gave before that is delivered all the same.
  if (broken && !under_ended_) ssl_failed(error);
  if (gathered_ > 0) send_records();  // an alert, an answer
  if (taken > 0) return IoResult::moved(taken);
  if (failure_) return {IoStatus::error};
  // Who has been told that we are done need not say good-bye.
  const bool may_just_go = finished_ || (fin_is_an_end_ && is_between_records());
  if (error == SSL_ERROR_ZERO_RETURN || (under_ended_ && may_just_go)) return {IoStatus::end};
  return broken || under_ended_ ? ssl_failed(error) : IoResult{IoStatus::would_block};
}

// OpenSSL says that nothing is pending also when it has read a record's head and none of its body.
bool TlsStream::is_between_records() const {
  return SSL_has_pending(ssl_.get()) == 0 && std::string_view(SSL_rstate_string(ssl_.get())) == "RH";
}

IoResult TlsStream::try_write(Bytes from) {
  if (failure_) return {IoStatus::error};
  if (!pending_.empty()) {
    if (auto sent = send_records(); !sent.done()) return sent;
  }
  std::size_t taken = 0;
  write_needs_read_ = false;
  ERR_clear_error();
  // Records gather in the worker's scratch memory. Once the socket is full, only those that are begun wait in
  // pending_.
  while (taken < from.size() && pending_.empty()) {
    std::size_t put = 0;
    reads_left_ = reads_at_once;
    auto outcome = SSL_write_ex(ssl_.get(), from.data() + taken, from.size() - taken, &put);
    taken += put;
    if (outcome != 1) {
      auto error = SSL_get_error(ssl_.get(), outcome);
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return ssl_failed(error);
      write_needs_read_ = error == SSL_ERROR_WANT_READ;
      break;
    }
  }
  if (send_records().error()) return {IoStatus::error};
  return taken > 0 ? IoResult::moved(taken) : IoResult{IoStatus::would_block};
}

IoResult TlsStream::try_flush() {
  if (failure_) return {IoStatus::error};
  return send_records();
}

IoResult TlsStream::try_finish() {
  if (failure_) return {IoStatus::error};
  if (!finished_) {
    finished_ = true;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());  // writes close_notify; 0 means that the peer's has not come yet, which is fine
  }
  if (auto sent = send_records(); !sent.done()) return sent;
  auto finished = under_->try_finish();
  if (finished.error()) return fail(under_->failure());
  return finished;
}

void TlsStream::arm_readable(Waiter& waiter) {
  if (failure_) return waiter.wake();
  if (!pending_.empty() && send_records().would_block()) under_->arm_writable(waiter);
  if (!waiter.woken()) under_->arm_readable(waiter);
}

void TlsStream::arm_writable(Waiter& waiter) {
  if (write_needs_read_ && pending_.empty()) return under_->arm_readable(waiter);
  under_->arm_writable(waiter);
}

void TlsStream::abort(const Error& why) {
  if (!failure_) failure_ = why;
  if (handshake_) handshake_->withdraw();
  under_->abort(why);
}

}  // namespace otoroshi
