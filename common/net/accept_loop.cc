#include "common/net/accept_loop.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace otoroshi {

using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

// While no descriptor or no place is left, accepting tries again so often; waiting clients stay in the
// kernel's queue.
constexpr auto pause_between_tries = 20ms;
// A worker looks after its other connections once it has accepted for so long: each that is taken is served
// to its first wait, which may be behind the dialling of its target.
constexpr auto accepting_in_a_row = 100us;
// What a queue may hold when its listener closes (net.core.somaxconn); who comes meanwhile does not count.
constexpr int longest_queue = 4096;

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

// Outlives the AcceptLoop until the coroutine that waits on the socket has ended.
struct AcceptLoop::Listening {
  Listening(Worker& its_worker, SocketHandle socket_handle, std::unique_ptr<Acceptance> its_acceptance)
      : worker(its_worker),
        acceptance(std::move(its_acceptance)),
        socket(worker.reactor(), std::move(socket_handle), WatchedSocket::State::listening) {}

  enum class Step { again, wait, pause, end };

  // Accepts until the queue is empty or something stands in the way.
  Step accept_some() {
    const auto end = Clock::now() + accepting_in_a_row;
    auto step = Step::again;
    do {
      step = accept_one();
    } while (step == Step::again && Clock::now() < end);
    return step;
  }

  Step accept_one() {
    if (const auto obstacle = acceptance->obstacle()) return pause(*obstacle);
    tcp::endpoint peer;
    auto size = static_cast<socklen_t>(peer.capacity());
    const int fd = ::accept4(socket.fd(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      peer.resize(size);
      acceptance->take(SocketHandle(fd), peer);
      return Step::again;
    }
    if (errno == EAGAIN) {
      socket.read_blocked();
      acceptance->resumed();
      return Step::wait;
    }
    if (is_shortage(errno)) return pause(std::strerror(errno));
    // Anything else (ECONNABORTED, EPROTO, ...) is the end of one client, not of accepting.
    return errno == EBADF || errno == EINVAL || errno == ENOTSOCK ? Step::end : Step::again;
  }

  Step pause(const std::string& why) {
    acceptance->paused(why);
    return Step::pause;
  }

  Worker& worker;
  std::unique_ptr<Acceptance> acceptance;
  WatchedSocket socket;
};

AcceptLoop::AcceptLoop(Worker& worker, SocketHandle listening, std::unique_ptr<Acceptance> acceptance)
    : listening_(std::make_shared<Listening>(worker, std::move(listening), std::move(acceptance))) {
  spawn(accept_forever(listening_));
}

AcceptLoop::~AcceptLoop() {
  for (int taken = 0; taken < longest_queue && listening_->accept_one() == Listening::Step::again; ++taken) {
  }
  listening_->socket.close();
}

Task<> AcceptLoop::accept_forever(std::shared_ptr<Listening> listening) {
  while (listening->socket.is_open()) {
    switch (listening->accept_some()) {
      case Listening::Step::again:
        co_await listening->worker.yield();
        break;
      case Listening::Step::wait:
        co_await sleep_until([&](Waiter& waiter) { listening->socket.arm_readable(waiter); });
        break;
      case Listening::Step::pause: {
        Timer timer(listening->worker.timers());
        timer.start(pause_between_tries);
        co_await sleep_until([&](Waiter& waiter) {
          timer.arm(waiter);
          listening->socket.arm_broken(waiter);  // rings when the loop is closed
        });
        break;
      }
      case Listening::Step::end:
        co_return;
    }
  }
}

}  // namespace otoroshi
