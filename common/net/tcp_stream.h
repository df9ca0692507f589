// A TCP connection as a Stream. Bytes may be spliced from and to it.
#pragma once

#include <asio/ip/tcp.hpp>
#include <memory>

#include "common/net/reactor.h"
#include "common/net/stream.h"
#include "common/net/worker.h"

namespace otoroshi {

struct SocketOptions {
  int buffer_bytes = 0;  // SO_SNDBUF and SO_RCVBUF; 0 leaves them to the kernel
};

// TCP_NODELAY, SO_KEEPALIVE, SO_OOBINLINE and what the options say. Sockets inherit all of it from the one
// that accepts them.
void set_socket_options(int fd, const SocketOptions& options);

// What an errno of a read, write or splice means for the connection of `side`.
Error socket_error(Side side, int error_number);

class TcpStream final : public Stream {
 public:
  // `side` is whose connection this is: it stands in the errors. A socket that is still connecting becomes
  // writable when connect_result() can tell.
  TcpStream(Worker& worker, SocketHandle socket, Side side,
            WatchedSocket::State state = WatchedSocket::State::connected);

  IoResult try_read(MutableBytes into) override;
  IoResult try_write(Bytes from) override;
  IoResult try_flush() override { return {failure_ ? IoStatus::error : IoStatus::done}; }
  IoResult try_finish() override;

  void arm_readable(Waiter& waiter) override;
  void arm_writable(Waiter& waiter) override;
  void arm_broken(Waiter& waiter) override;
  bool is_broken() const override { return failure_ || socket_.is_broken(); }

  RawSource raw_source() override;
  int raw_sink() const override;
  void raw_sink_blocked() override { socket_.write_blocked(); }

  void abort(const Error& why) override;
  const Error& failure() const override { return *failure_; }

  // For a socket that was connecting: EINPROGRESS until it became writable, then the errno of the attempt or
  // 0.
  int connect_result();

  asio::ip::tcp::endpoint local_endpoint() const;

 private:
  IoResult fail(int error_number);

  WatchedSocket socket_;
  std::unique_ptr<const Error> failure_;
  Side side_;
  bool finished_ = false;
};

}  // namespace otoroshi
