// A TCP connection as a Stream. Bytes may be spliced from and to it.
#pragma once

#include <asio/ip/tcp.hpp>
#include <memory>
#include <optional>

#include "common/net/stream.h"
#include "common/net/worker.h"

namespace otoroshi {

struct SocketOptions {
  int buffer_bytes = 0;  // SO_SNDBUF and SO_RCVBUF; 0 leaves them to the kernel
};

// A non-blocking TCP socket descriptor that closes itself: between accept or connect and the stream.
class SocketHandle {
 public:
  explicit SocketHandle(int fd = -1) : fd_(fd) {}
  SocketHandle(SocketHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  SocketHandle& operator=(SocketHandle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~SocketHandle();

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

// TCP_NODELAY, SO_KEEPALIVE and what the options say.
void set_socket_options(int fd, const SocketOptions& options);

class TcpStream final : public Stream {
 public:
  // `side` is whose connection this is: it stands in the errors. The socket may still be connecting: it
  // becomes writable when it is connected, and connect_result() then says whether that went well.
  TcpStream(Worker& worker, SocketHandle socket, Side side);
  ~TcpStream() override;

  IoResult try_read(MutableBytes into) override;
  IoResult try_write(Bytes from) override;
  IoResult try_flush() override { return status_of_flush(); }
  IoResult try_finish() override;

  void arm_readable(Waiter& waiter) override;
  void arm_writable(Waiter& waiter) override;
  void arm_broken(Waiter& waiter) override;
  bool is_broken() const override;

  RawSource raw_source() override;
  int raw_sink() const override;
  void raw_moved(std::uint64_t in, std::uint64_t out) override;

  void abort(const Error& why) override;
  const Error& failure() const override { return *failure_; }

  // For a socket that was connecting: EINPROGRESS until it became writable, then the errno of the attempt or
  // 0.
  int connect_result();

  asio::ip::tcp::endpoint local_endpoint() const;
  asio::ip::tcp::endpoint remote_endpoint() const;

 private:
  struct Core;

  IoResult status_of_flush() const;
  IoResult fail(int error_number);

  // Shared with the handlers that Asio holds: they may run after the stream is gone.
  std::shared_ptr<Core> core_;
  std::optional<Error> failure_;
  Side side_;
  bool drained_ = false;  // the last read took all that was there: waiting is cheaper than asking again
  bool raw_ = false;      // bytes leave by splice: wait without reading
  bool finished_ = false;
};

}  // namespace otoroshi
