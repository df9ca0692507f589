#include "gateway/listeners/acceptor.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "gateway/connection/serve_connection.h"

namespace otoroshi::gateway {

using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

// While no descriptor or no place is left, accepting tries again so often; waiting clients stay in the
// kernel's queue.
constexpr auto pause_between_tries = 20ms;
// A worker looks after its other connections after so many accepts in a row.
constexpr int accepts_in_a_row = 64;
// What a queue may hold when its listener closes (net.core.somaxconn is 4096); who comes meanwhile does not
// count.
constexpr int last_batches = 64;

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

// Outlives the Acceptor until the coroutine that waits on the socket has ended.
struct Acceptor::Listening {
  Listening(WorkerContext& worker_context, SocketHandle socket_handle, ServedPortPtr served_port)
      : context(worker_context),
        port(std::move(served_port)),
        socket(context.worker.reactor(), std::move(socket_handle), WatchedSocket::State::listening) {}
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
  ~Listening() {
    if (paused) --context.shared.paused_listeners;
  }

  enum class Step { again, wait, pause, end };

  // Accepts until the queue is empty or something stands in the way.
  Step accept_some() {
    auto limit = context.shared.connection_limit;
    for (int count = 0; count < accepts_in_a_row; ++count) {
      if (context.shared.connections.load(std::memory_order_relaxed) >= limit) {
        say_paused(context.shared.limit_reached());
        return Step::pause;
      }
      tcp::endpoint peer;
      socklen_t size = static_cast<socklen_t>(peer.capacity());
      int fd = ::accept4(socket.fd(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        peer.resize(size);
        start_serving(SocketHandle(fd), peer);
        continue;
      }
      if (errno == EAGAIN) {
        socket.read_blocked();
        say_resumed();
        return Step::wait;
      }
      if (is_shortage(errno)) {
        say_paused(std::strerror(errno));
        return Step::pause;
      }
      // Anything else (ECONNABORTED, EPROTO, ...) is the end of one client, not of accepting.
      if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK) return Step::end;
    }
    return Step::again;
  }

  void start_serving(SocketHandle accepted, const tcp::endpoint& peer) {
    try {
      run_connection(context, port, std::move(accepted), peer);
    } catch (const std::bad_alloc&) {
      spdlog::error("a connection on {} was dropped: out of memory", to_text(port->address));
    }
  }

  // Once for all listeners and workers: they meet the same shortage, and it is over when nobody waits any
  // more in any of their queues.
  void say_paused(const std::string& why) {
    if (std::exchange(paused, true)) return;
    if (context.shared.paused_listeners++ == 0) spdlog::warn("accepting connections pauses: {}", why);
  }
  void say_resumed() {
    if (!std::exchange(paused, false)) return;
    if (--context.shared.paused_listeners == 0) spdlog::warn("accepting connections goes on");
  }

  WorkerContext& context;
  ServedPortPtr port;
  WatchedSocket socket;
  bool paused = false;
};

Acceptor::Acceptor(WorkerContext& context, SocketHandle socket, ServedPortPtr port)
    : listening_(std::make_shared<Listening>(context, std::move(socket), std::move(port))) {
  spawn(accept_forever(listening_));
}

Acceptor::~Acceptor() {
  for (int batch = 0; batch < last_batches && listening_->accept_some() == Listening::Step::again; ++batch) {
  }
  listening_->socket.close();
}

void Acceptor::serve_by(ServedPortPtr port) {
  listening_->port = std::move(port);
}

Task<> Acceptor::accept_forever(std::shared_ptr<Listening> listening) {
  auto& worker = listening->context.worker;
  while (listening->socket.is_open()) {
    switch (listening->accept_some()) {
      case Listening::Step::again:
        co_await worker.yield();
        break;
      case Listening::Step::wait:
        co_await sleep_until([&](Waiter& waiter) { listening->socket.arm_readable(waiter); });
        break;
      case Listening::Step::pause: {
        Timer timer(worker.timers());
        timer.start(pause_between_tries);
        co_await sleep_until([&](Waiter& waiter) {
          timer.arm(waiter);
          listening->socket.arm_broken(waiter);  // rings when the acceptor is closed
        });
        break;
      }
      case Listening::Step::end:
        co_return;
    }
  }
}

}  // namespace otoroshi::gateway
