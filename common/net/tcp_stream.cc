#include "common/net/tcp_stream.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace otoroshi {

using asio::ip::tcp;

void set_socket_options(int fd, const SocketOptions& options) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  // An urgent byte is one of the stream (RFC 6093 section 4): without this, reads would leave it out.
  ::setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
  if (options.buffer_bytes > 0) {
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &options.buffer_bytes, sizeof options.buffer_bytes);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &options.buffer_bytes, sizeof options.buffer_bytes);
  }
}

Error socket_error(Side side, int error_number) {
  auto who = "the " + std::string(name_of(side));
  if (error_number == ECONNRESET || error_number == EPIPE)
    return {ErrorCode::reset, side, who + " reset the connection"};
  return {ErrorCode::io, side, "the connection of " + who + " failed: " + std::strerror(error_number)};
}

TcpStream::TcpStream(Worker& worker, SocketHandle socket, Side side, WatchedSocket::State state)
    : socket_(worker.reactor(), std::move(socket), state), side_(side) {}

IoResult TcpStream::fail(int error_number) {
  failure_ = std::make_unique<const Error>(socket_error(side_, error_number));
  return {IoStatus::error};
}

IoResult TcpStream::try_read(MutableBytes into) {
  if (failure_) return {IoStatus::error};
  if (!socket_.may_read()) return {IoStatus::would_block};
  auto got = ::recv(socket_.fd(), into.data(), into.size(), MSG_DONTWAIT);
  if (got > 0) {
    auto bytes = static_cast<std::size_t>(got);
    if (bytes < into.size()) socket_.read_was_short();
    return IoResult::moved(bytes);
  }
  if (got == 0) return {IoStatus::end};
  if (errno != EAGAIN && errno != EINTR) return fail(errno);
  socket_.read_blocked();
  return {IoStatus::would_block};
}

IoResult TcpStream::try_write(Bytes from) {
  if (failure_) return {IoStatus::error};
  if (!socket_.may_write()) return {IoStatus::would_block};
  auto put = ::send(socket_.fd(), from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (put >= 0) {
    auto bytes = static_cast<std::size_t>(put);
    if (bytes < from.size()) socket_.write_blocked();
    return IoResult::moved(bytes);
  }
  if (errno != EAGAIN && errno != EINTR) return fail(errno);
  socket_.write_blocked();
  return {IoStatus::would_block};
}

IoResult TcpStream::try_finish() {
  if (failure_) return {IoStatus::error};
  if (finished_) return {};
  finished_ = true;
  if (::shutdown(socket_.fd(), SHUT_WR) == 0) return {};
  if (errno != ENOTCONN) return fail(errno);
  socket_.mark_broken();  // the peer has reset meanwhile: whoever reads, or looks, sees it
  return {};
}

void TcpStream::arm_readable(Waiter& waiter) {
  socket_.arm_readable(waiter);
}

void TcpStream::arm_writable(Waiter& waiter) {
  socket_.arm_writable(waiter);
}

void TcpStream::arm_broken(Waiter& waiter) {
  socket_.arm_broken(waiter);
}

RawSource TcpStream::raw_source() {
  return {socket_.fd(), failure_ ? 0 : RawSource::unlimited};
}

int TcpStream::raw_sink() const {
  return socket_.fd();
}

void TcpStream::abort(const Error& why) {
  // A failure by itself closes nothing: whoever sleeps here has to be woken all the same.
  if (!failure_) failure_ = std::make_unique<const Error>(why);
  if (!socket_.is_open()) return;
  const linger at_once{1, 0};
  ::setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.close();
}

int TcpStream::connect_result() {
  if (failure_) return ECANCELED;
  if (!socket_.may_write()) return EINPROGRESS;
  if (!socket_.is_broken()) return 0;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

tcp::endpoint TcpStream::local_endpoint() const {
  tcp::endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (::getsockname(socket_.fd(), endpoint.data(), &size) != 0) return {};
  endpoint.resize(size);
  return endpoint;
}

}  // namespace otoroshi
