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

// So that whoever reads it sees the end. The number stays taken.
void close_stdout() {
  const SocketHandle nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  ::dup2(nowhere.get(), STDOUT_FILENO);
}

}  // namespace

Result<StandardStreams> StandardStreams::open() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return otoroshi::fail(ErrorCode::limit, Side::gateway,
                          std::string("no socket pair: ") + std::strerror(errno));
  SocketHandle near_end(ends[0]);
  SocketHandle far_end(ends[1]);
  ::fcntl(near_end.get(), F_SETFL, O_NONBLOCK);
  return StandardStreams(std::move(near_end), std::make_shared<Copying>(std::move(far_end)));
}

void StandardStreams::begin_copying(OnFailure on_failure) {
  copying_->on_failure = std::move(on_failure);
  std::thread([copying = copying_] { copying->copy_input(); }).detach();
  std::thread([copying = copying_] { copying->copy_output(); }).detach();
}

StandardStreams::~StandardStreams() {
  if (copying_) copying_->forget_callback();
}

void StandardStreams::Copying::fail(const char* stream) {
  const Error why{ErrorCode::io, Side::client, std::string(stream) + " failed: " + std::strerror(errno)};
  std::lock_guard lock(mutex);
  if (on_failure) on_failure(why);
}

void StandardStreams::Copying::forget_callback() {
  std::lock_guard lock(mutex);
  on_failure = nullptr;
}

void StandardStreams::Copying::copy_input() {
  std::vector<std::byte> buffer(buffer_size);
  for (;;) {
    const auto got = read_some(STDIN_FILENO, buffer);
    if (got < 0) return fail("stdin");
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
    has_all = false;
    fail("stdout");
    break;
  }
  close_stdout();
  // Nobody at a terminal should have to type Ctrl-D after the other end has gone.
  if (::isatty(STDIN_FILENO)) ::shutdown(far.get(), SHUT_WR);
  written.count_down();
}

}  // namespace otoroshi::ctl
