#include "otoroshictl/tcp_tunnel/standard_streams.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "common/base/bytes.h"

namespace otoroshi::ctl {
namespace {

constexpr std::size_t buffer_size = 64 * 1024;

// Whether the call is worth repeating; somebody else may have made the descriptor non-blocking.
bool is_passing(int fd, short wanted) {
  if (errno == EINTR) return true;
  if (errno != EAGAIN) return false;
  pollfd state{fd, wanted, 0};
  ::poll(&state, 1, -1);
  return true;
}

// Bytes read; 0: the end; -1: errno.
ssize_t read_some(int fd, MutableBytes into) {
  ssize_t got = 0;
  do got = ::read(fd, into.data(), into.size());
  while (got < 0 && is_passing(fd, POLLIN));
  return got;
}

bool write_all(int fd, Bytes bytes) {
  while (!bytes.empty()) {
    const auto put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && !is_passing(fd, POLLOUT)) return false;
    if (put > 0) bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

Error failure_of(const char* stream) {
  return {ErrorCode::io, Side::client, std::string(stream) + " failed: " + std::strerror(errno)};
}

// So that whoever reads it sees the end. The number stays taken.
void close_stdout() {
  const SocketHandle nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  ::dup2(nowhere.get(), STDOUT_FILENO);
}

}  // namespace

Result<StandardStreams> StandardStreams::open(OnFailure on_failure) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(ErrorCode::limit, Side::gateway, std::string("no socket pair: ") + std::strerror(errno));
  StandardStreams streams;
  streams.near_ = SocketHandle(ends[0]);
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  streams.copying_ = std::make_shared<Copying>(SocketHandle(ends[1]), std::move(on_failure));
  std::thread([copying = streams.copying_] { copying->copy_input(); }).detach();
  std::thread([copying = streams.copying_] { copying->copy_output(); }).detach();
  return streams;
}

void StandardStreams::Copying::copy_input() {
  std::vector<std::byte> buffer(buffer_size);
  for (;;) {
    const auto got = read_some(STDIN_FILENO, buffer);
    if (got < 0) return on_failure(failure_of("stdin"));
    if (got == 0) break;
    if (!write_all(far.get(), Bytes(buffer).first(static_cast<std::size_t>(got))))
      return;  // nobody wants more
  }
  ::shutdown(far.get(), SHUT_WR);
}

void StandardStreams::Copying::copy_output() {
  std::vector<std::byte> buffer(buffer_size);
  for (;;) {
    const auto got = read_some(far.get(), buffer);
    if (got <= 0) break;
    if (write_all(STDOUT_FILENO, Bytes(buffer).first(static_cast<std::size_t>(got)))) continue;
    on_failure(failure_of("stdout"));
    break;
  }
  close_stdout();
  // Nobody at a terminal should have to type Ctrl-D after the other end has gone.
  if (::isatty(STDIN_FILENO)) ::shutdown(far.get(), SHUT_WR);
  written.count_down();
}

}  // namespace otoroshi::ctl
