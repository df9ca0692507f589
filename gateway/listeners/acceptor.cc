#include "gateway/listeners/acceptor.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

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

tcp protocol_of(const ListenAddress& address) {
  return address.interface.find(':') == std::string::npos ? tcp::v4() : tcp::v6();
}

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

// Outlives the Acceptor until the coroutine that waits on the socket has ended.
struct Acceptor::Listening {
  Listening(WorkerContext& worker_context, SocketHandle socket_handle, ServedPortPtr served_port)
      : context(worker_context),
        port(std::move(served_port)),
        socket(context.worker.io(), protocol_of(port->address), socket_handle.release()) {}

  enum class Step { again, wait, pause, end };

  // Accepts until the queue is empty or something stands in the way.
  Step accept_some() {
    auto limit = context.shared.config.limits.max_connections;
    for (int count = 0; count < accepts_in_a_row; ++count) {
      if (limit != 0 && context.shared.connections.load(std::memory_order_relaxed) >= limit) {
        say_paused("limits.maxConnections (" + std::to_string(limit) + ") is reached");
        return Step::pause;
      }
      tcp::endpoint peer;
      socklen_t size = static_cast<socklen_t>(peer.capacity());
      int fd = ::accept4(socket.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        peer.resize(size);
        if (paused) say_resumed();
        run_connection(context, port, SocketHandle(fd), peer);
        continue;
      }
      if (errno == EAGAIN) return Step::wait;
      if (is_shortage(errno)) {
        say_paused(std::strerror(errno));
        return Step::pause;
      }
      // Anything else (ECONNABORTED, EPROTO, ...) is the end of one client, not of accepting.
      if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK) return Step::end;
    }
    return Step::again;
  }

  void say_paused(const std::string& why) {
    if (!paused) spdlog::warn("accepting on {} pauses: {}", to_text(port->address), why);
    paused = true;
  }
  void say_resumed() {
    spdlog::warn("accepting on {} goes on", to_text(port->address));
    paused = false;
  }

  WorkerContext& context;
  ServedPortPtr port;
  tcp::acceptor socket;
  WaitSlot readable;
  bool closing = false;
  bool paused = false;
};

Acceptor::Acceptor(WorkerContext& context, SocketHandle socket, ServedPortPtr port)
    : listening_(std::make_shared<Listening>(context, std::move(socket), std::move(port))) {
  spawn(accept_forever(listening_));
}

Acceptor::~Acceptor() {
  while (listening_->accept_some() == Listening::Step::again) {
  }
  listening_->closing = true;
  std::error_code ignored;
  listening_->socket.close(ignored);
}

void Acceptor::serve_by(ServedPortPtr port) {
  listening_->port = std::move(port);
}

Task<> Acceptor::accept_forever(std::shared_ptr<Listening> listening) {
  auto& worker = listening->context.worker;
  while (!listening->closing) {
    switch (listening->accept_some()) {
      case Listening::Step::again:
        co_await worker.yield();
        break;
      case Listening::Step::wait:
        co_await sleep_until([&](Waiter& waiter) {
          waiter.sleep_on(listening->readable);
          listening->socket.async_wait(tcp::acceptor::wait_read,
                                       [listening](std::error_code) { listening->readable.ring(); });
        });
        break;
      case Listening::Step::pause: {
        Timer timer(worker.timers());
        timer.start(pause_between_tries);
        co_await sleep_until([&](Waiter& waiter) { timer.arm(waiter); });
        break;
      }
      case Listening::Step::end:
        co_return;
    }
  }
}

}  // namespace otoroshi::gateway
