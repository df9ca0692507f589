#include "common/net/tcp_stream.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <asio/post.hpp>
#include <cerrno>
#include <cstring>

namespace otoroshi {

using asio::ip::tcp;

// Waiting by reading: Asio arms epoll anew (a system call) for every async_wait, but not for an
// async_read_some, so a wait for bytes is a read into `early`. Small messages never need more than that one
// read.
struct TcpStream::Core : std::enable_shared_from_this<Core> {
  Core(Worker& worker, tcp protocol, int fd) : socket(worker.io(), protocol, fd) {}

  void start_reading(bool raw) {
    if (reading) return;
    reading = true;
    auto on_done = [self = shared_from_this()](std::error_code error, std::size_t bytes) {
      self->reading = false;
      self->early_begin = 0;
      self->early_end = static_cast<std::uint16_t>(bytes);
      self->early_was_full = bytes == self->early.size();
      // An end shows itself again at the next recv(); an error is reported only once.
      if (error && error != asio::error::eof && error != asio::error::operation_aborted)
        self->read_error = error.value();
      self->readable.ring();
    };
    if (raw) {
      socket.async_wait(tcp::socket::wait_read, [on_done](std::error_code error) { on_done(error, 0); });
    } else {
      socket.async_read_some(asio::buffer(early), std::move(on_done));
    }
  }

  void start_waiting_to_write() {
    if (writing) return;
    writing = true;
    socket.async_wait(tcp::socket::wait_write, [self = shared_from_this()](std::error_code) {
      self->writing = false;
      self->was_writable = true;
      self->writable.ring();
    });
  }

  void start_watching() {
    if (watching || beyond_breaking) return;
    watching = true;
    socket.async_wait(tcp::socket::wait_error, [self = shared_from_this()](std::error_code) {
      self->watching = false;
      self->look_what_broke();
    });
  }

  // The wait also ends when nothing has broken, and would end again at once, for ever. For an urgent byte
  // (MSG_OOB): it is thrown away, a read would pass over it too. And after both directions have ended: no
  // reset is to be seen any more.
  void look_what_broke() {
    auto events = socket.is_open() ? exceptional_events() : POLLERR;
    if (events & POLLERR) return broken.ring();
    beyond_breaking = events & POLLHUP;
    std::byte urgent;
    ::recv(socket.native_handle(), &urgent, 1, MSG_OOB | MSG_DONTWAIT);
    start_watching();
  }

  // poll() looks without taking: SO_ERROR would clear the error, and the next read would report an end
  // instead.
  int exceptional_events() {
    pollfd state{socket.native_handle(), 0, 0};
    return ::poll(&state, 1, 0) == 1 ? state.revents : 0;
  }

  tcp::socket socket;
  WaitSlot readable;
  WaitSlot writable;
  WaitSlot broken;
  bool reading = false;  // while a read is pending, nobody else may take bytes: order
  bool writing = false;
  bool watching = false;
  bool beyond_breaking = false;
  bool was_writable = false;  // a socket that was connecting has come to a result
  bool early_was_full = false;
  int read_error = 0;  // errno of a failed read that nobody has seen yet
  std::uint16_t early_begin = 0;
  std::uint16_t early_end = 0;
  std::array<std::byte, 256> early;
};

namespace {

tcp protocol_of(int fd) {
  int domain = AF_INET;
  socklen_t size = sizeof domain;
  ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size);
  return domain == AF_INET6 ? tcp::v6() : tcp::v4();
}

}  // namespace

SocketHandle::~SocketHandle() {
  if (fd_ >= 0) ::close(fd_);
}

void set_socket_options(int fd, const SocketOptions& options) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  if (options.buffer_bytes > 0) {
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &options.buffer_bytes, sizeof options.buffer_bytes);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &options.buffer_bytes, sizeof options.buffer_bytes);
  }
}

TcpStream::TcpStream(Worker& worker, SocketHandle socket, Side side)
    : core_(std::make_shared<Core>(worker, protocol_of(socket.get()), socket.get())), side_(side) {
  socket.release();
}

TcpStream::~TcpStream() {
  std::error_code ignored;
  core_->socket.close(ignored);
}

IoResult TcpStream::fail(int error_number) {
  if (!failure_) {
    bool reset = error_number == ECONNRESET || error_number == EPIPE;
    failure_ = Error{reset ? ErrorCode::reset : ErrorCode::io, side_,
                     std::string("the ") + std::string(name_of(side_)) +
                         (reset ? " reset the connection" : " connection failed: ") +
                         (reset ? "" : std::strerror(error_number))};
  }
  return {IoStatus::error};
}

IoResult TcpStream::try_read(MutableBytes into) {
  if (failure_) return {IoStatus::error};
  auto& core = *core_;
  if (core.reading) return {IoStatus::would_block};
  std::size_t taken = 0;
  if (core.early_begin < core.early_end) {
    taken = std::min<std::size_t>(into.size(), core.early_end - core.early_begin);
    std::memcpy(into.data(), core.early.data() + core.early_begin, taken);
    core.early_begin = static_cast<std::uint16_t>(core.early_begin + taken);
    if (core.early_begin < core.early_end || !core.early_was_full || taken == into.size()) {
      drained_ = core.early_begin == core.early_end && !core.early_was_full;
      return IoResult::moved(taken);
    }
    into = into.subspan(taken);
  } else if (core.read_error) {
    return fail(core.read_error);
  } else if (drained_) {
    drained_ = false;
    return {IoStatus::would_block};
  }
  auto got = ::recv(core.socket.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
  if (got > 0) {
    raw_ = false;
    drained_ = static_cast<std::size_t>(got) < into.size();
    return IoResult::moved(taken + static_cast<std::size_t>(got));
  }
  int error = got < 0 ? errno : 0;
  if (taken > 0) {
    if (error != EAGAIN && error != EINTR) core.read_error = error;
    return IoResult::moved(taken);
  }
  if (got == 0) return {IoStatus::end};
  if (error == EAGAIN || error == EINTR) return {IoStatus::would_block};
  return fail(error);
}

IoResult TcpStream::try_write(Bytes from) {
  if (failure_) return {IoStatus::error};
  auto put = ::send(core_->socket.native_handle(), from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (put >= 0) return IoResult::moved(static_cast<std::size_t>(put));
  if (errno == EAGAIN || errno == EINTR) return {IoStatus::would_block};
  return fail(errno);
}

IoResult TcpStream::status_of_flush() const {
  return {failure_ ? IoStatus::error : IoStatus::done};
}

IoResult TcpStream::try_finish() {
  if (failure_) return {IoStatus::error};
  if (finished_) return {};
  finished_ = true;
  // ENOTCONN: the peer has reset meanwhile; whoever reads will see it.
  if (::shutdown(core_->socket.native_handle(), SHUT_WR) != 0 && errno != ENOTCONN) return fail(errno);
  return {};
}

void TcpStream::arm_readable(Waiter& waiter) {
  auto& core = *core_;
  if (failure_ || core.early_begin < core.early_end || core.read_error) return waiter.wake();
  drained_ = false;
  waiter.sleep_on(core.readable);
  core.start_reading(raw_);
}

void TcpStream::arm_writable(Waiter& waiter) {
  if (failure_) return waiter.wake();
  waiter.sleep_on(core_->writable);
  core_->start_waiting_to_write();
}

void TcpStream::arm_broken(Waiter& waiter) {
  if (failure_) return waiter.wake();
  waiter.sleep_on(core_->broken);
  core_->start_watching();
}

bool TcpStream::is_broken() const {
  if (failure_ || core_->read_error) return true;
  return core_->exceptional_events() & POLLERR;
}

RawSource TcpStream::raw_source() {
  bool bytes_in_user_space = core_->reading || core_->early_begin < core_->early_end;
  return {core_->socket.native_handle(), failure_ || bytes_in_user_space ? 0 : RawSource::unlimited};
}

int TcpStream::raw_sink() const {
  return failure_ ? -1 : core_->socket.native_handle();
}

void TcpStream::raw_moved(std::uint64_t in, std::uint64_t) {
  if (in > 0) raw_ = true;
}

void TcpStream::abort(const Error& why) {
  // A failure by itself closes nothing: whoever sleeps here has to be woken all the same.
  if (!failure_) failure_ = why;
  if (!core_->socket.is_open()) return;
  std::error_code ignored;
  core_->socket.set_option(asio::socket_base::linger(true, 0), ignored);
  core_->socket.close(ignored);  // ends every pending wait
  // Who sleeps although nothing can break any more has none.
  if (!core_->watching) asio::post(core_->socket.get_executor(), [core = core_] { core->broken.ring(); });
}

int TcpStream::connect_result() {
  if (failure_) return ECANCELED;
  if (!core_->was_writable) return EINPROGRESS;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(core_->socket.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

tcp::endpoint TcpStream::local_endpoint() const {
  std::error_code ignored;
  return core_->socket.local_endpoint(ignored);
}

tcp::endpoint TcpStream::remote_endpoint() const {
  std::error_code ignored;
  return core_->socket.remote_endpoint(ignored);
}

}  // namespace otoroshi
