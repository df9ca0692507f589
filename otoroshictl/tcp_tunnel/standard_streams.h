// stdin and stdout as one socket, whatever they are: pipes, sockets, terminals, files, /dev/null.
//
// Two threads copy between them and a socket pair. Why not watch the descriptors themselves: epoll takes no
// files, and non-blocking they would be so for all who share them, such as the shell behind a terminal.
#pragma once

#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <utility>

#include "common/base/result.h"
#include "common/net/socket_handle.h"

namespace otoroshi::ctl {

class StandardStreams {
 public:
  // Called at most once by each thread if stdin cannot be read or stdout takes no more: the connection has to
  // be aborted, for an end would be a lie.
  using OnFailure = std::function<void(const Error&)>;

  // Fails if the socket pair cannot be made.
  static Result<StandardStreams> open();
  StandardStreams(StandardStreams&&) = default;
  StandardStreams& operator=(StandardStreams&&) = delete;
  ~StandardStreams();  // on_failure is not called any more

  // The end for a TcpStream. What is read from it was read from stdin; its FIN is stdin's end, and closes
  // stdout in the other direction.
  SocketHandle take_socket() { return std::move(near_); }

  // Once.
  void begin_copying(OnFailure on_failure);

  // Once the socket is closed: until stdout has all that was written to it. False: it has failed.
  bool wait_until_written() {
    copying_->written.wait();
    return copying_->has_all;
  }

 private:
  // Shared with the threads, which nobody waits for: a read(2) of a terminal ends when the user wants.
  struct Copying {
    explicit Copying(SocketHandle far_end) : far(std::move(far_end)) {}

    void copy_input();
    void copy_output();
    void fail(const char* stream);  // for the reason in errno
    void forget_callback();

    SocketHandle far;
    std::latch written{1};
    bool has_all = true;  // stdout; read once `written` is down
    std::mutex mutex;     // guards on_failure
    OnFailure on_failure;
  };
  StandardStreams(SocketHandle near_end, std::shared_ptr<Copying> copying)
      : near_(std::move(near_end)), copying_(std::move(copying)) {}

  SocketHandle near_;
  std::shared_ptr<Copying> copying_;
};

}  // namespace otoroshi::ctl
