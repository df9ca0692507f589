// stdin and stdout as one socket, whatever they are: pipes, sockets, terminals, files, /dev/null.
//
// Two threads copy between them and a socket pair. Why not watch the descriptors themselves: epoll takes no
// files, and non-blocking they would be so for all who share them, such as the shell behind a terminal.
#pragma once

#include <functional>
#include <latch>
#include <memory>

#include "common/base/result.h"
#include "common/net/socket_handle.h"

namespace otoroshi::ctl {

class StandardStreams {
 public:
  // Called at most once by each thread if stdin cannot be read or stdout takes no more: the connection has to
  // be aborted, for an end would be a lie.
  using OnFailure = std::function<void(const Error&)>;

  // Copying begins at once. Fails if the socket pair cannot be made.
  static Result<StandardStreams> open(OnFailure on_failure);

  // The end for a TcpStream. What is read from it was read from stdin; its FIN is stdin's end, and closes
  // stdout in the other direction.
  SocketHandle take_socket() { return std::move(near_); }

  // Once the socket is closed: until stdout has all that was written to it, or has failed.
  void wait_until_written() { copying_->written.wait(); }

 private:
  // Shared with the threads, which nobody waits for: a read(2) of a terminal ends when the user wants.
  struct Copying {
    SocketHandle far;
    OnFailure on_failure;
    std::latch written{1};

    void copy_input();
    void copy_output();
  };

  SocketHandle near_;
  std::shared_ptr<Copying> copying_;
};

}  // namespace otoroshi::ctl
