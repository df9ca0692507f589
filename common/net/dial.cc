#include "common/net/dial.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

#include "common/net/why_broken.h"
#include "common/text/host_port.h"

namespace otoroshi {

using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

// RFC 8305 section 5: the next address is tried when the one before has been silent for so long.
constexpr auto attempt_delay = 250ms;

bool is_fault_of_gateway(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case ENOSPC:         // epoll's limit of watched sockets
    case EADDRNOTAVAIL:  // no local port is left
    case EADDRINUSE:
    case EPERM:  // a firewall rule of this machine
    case EACCES:
      return true;
    default:
      return false;
  }
}

Error dial_error(int error, const std::string& name, const tcp::endpoint& endpoint) {
  auto where = to_text(HostPort{name, endpoint.port()});
  if (auto address = endpoint.address().to_string(); address != name) where += " (" + address + ")";
  if (is_fault_of_gateway(error)) {
    return {ErrorCode::limit, Side::gateway,
            "cannot open a connection to " + where + ": " + std::strerror(error)};
  }
  if (error == ETIMEDOUT) return {ErrorCode::timed_out, Side::target, where + " does not answer"};
  return {ErrorCode::refused, Side::target, where + " does not take connections: " + std::strerror(error)};
}

// One connection attempt: connecting until outcome() says otherwise.
class Attempt {
 public:
  Attempt(Worker& worker, const tcp::endpoint& endpoint, const SocketOptions& options) : endpoint_(endpoint) {
    SocketHandle socket(
        ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) {
      error_ = errno;
      return;
    }
    set_socket_options(socket.get(), options);
    if (::connect(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0)
      error_ = errno;
    if (error_ != 0 && error_ != EINPROGRESS) return;
    auto state = error_ == 0 ? WatchedSocket::State::connected : WatchedSocket::State::connecting;
    try {
      stream_ = std::make_unique<TcpStream>(worker, std::move(socket), Side::target, state);
    } catch (const std::system_error& problem) {  // the kernel watches no more sockets for us
      error_ = problem.code().value();
    }
  }

  // EINPROGRESS, 0, or why it failed.
  int outcome() {
    if (error_ == EINPROGRESS) error_ = stream_->connect_result();
    return error_;
  }

  const tcp::endpoint& endpoint() const { return endpoint_; }
  void arm(Waiter& waiter) { stream_->arm_writable(waiter); }
  std::unique_ptr<TcpStream> take() { return std::move(stream_); }
  void abort(const Error& why) {
    if (stream_) stream_->abort(why);
  }

 private:
  tcp::endpoint endpoint_;
  std::unique_ptr<TcpStream> stream_;
  int error_ = 0;
};

}  // namespace

Addresses interleave_families(const Addresses& addresses) {
  std::array<Addresses, 2> families;
  if (addresses.empty()) return {};
  for (const auto& address : addresses)
    families[address.is_v6() != addresses.front().is_v6()].push_back(address);
  Addresses order;
  for (std::size_t turn = 0; order.size() < addresses.size(); ++turn) {
    for (auto& family : families) {
      if (turn < family.size()) order.push_back(family[turn]);
    }
  }
  return order;
}

Task<Result<Dialled>> dial_addresses(Worker& worker, const Addresses& addresses, std::uint16_t port,
                                     const std::string& name_in_errors, const DialOptions& options) {
  Timer limit(worker.timers());
  limit.start(options.limit);
  auto order = interleave_families(addresses);
  std::optional<Error> last_error;
  // At the most two attempts run at a time: an older one that has been silent, and a newer one.
  std::optional<Attempt> older;
  std::optional<Attempt> newer;
  for (std::size_t next = 0;;) {
    for (auto* attempt : {&older, &newer}) {
      if (!*attempt || (*attempt)->outcome() == EINPROGRESS) continue;
      if ((*attempt)->outcome() == 0) co_return Dialled{(*attempt)->take(), (*attempt)->endpoint()};
      auto error = dial_error((*attempt)->outcome(), name_in_errors, (*attempt)->endpoint());
      // That this machine has no IPv6, say, is no news if the target has refused on another address.
      if (!last_error || error.side == Side::target) last_error = std::move(error);
      attempt->reset();
    }
    if (!newer) {
      if (next < order.size()) {
        newer.emplace(worker, tcp::endpoint(order[next++], port), options.socket);
        continue;
      }
      if (!older) co_return std::unexpected(*last_error);
    }
    if (limit.expired()) {
      const tcp::endpoint silent = newer ? newer->endpoint() : older->endpoint();
      co_return std::unexpected(dial_error(ETIMEDOUT, name_in_errors, silent));
    }
    Timer silence(worker.timers());
    bool another = next < order.size();
    if (another) silence.start(attempt_delay);
    co_await sleep_until([&](Waiter& waiter) {
      if (older) older->arm(waiter);
      if (newer) newer->arm(waiter);
      if (another) silence.arm(waiter);
      limit.arm(waiter);
      if (options.on_behalf_of) options.on_behalf_of->arm_broken(waiter);
    });
    if (options.on_behalf_of && options.on_behalf_of->is_broken()) {
      const Error reset{ErrorCode::reset, Side::client, "the client went away before its target was reached"};
      const auto gone = why_broken(*options.on_behalf_of, reset);
      // A target that has taken the connection meanwhile would see one that ends in peace, and holds nothing.
      for (auto* attempt : {&older, &newer}) {
        if (*attempt) (*attempt)->abort(gone);
      }
      co_return std::unexpected(gone);
    }
    if (silence.expired() && newer) {
      older.reset();
      std::swap(older, newer);
    }
  }
}

Task<Result<Dialled>> dial(Worker& worker, Resolver& resolver, const std::string& host, std::uint16_t port,
                           const DialOptions& options) {
  auto begin = Clock::now();
  auto addresses = co_await resolver.resolve(worker, host, options.limit, options.on_behalf_of);
  if (!addresses) co_return std::unexpected(addresses.error());
  DialOptions rest = options;
  rest.limit = std::max<Clock::duration>(options.limit - (Clock::now() - begin), 1ms);
  co_return co_await dial_addresses(worker, *addresses, port, host, rest);
}

}  // namespace otoroshi
