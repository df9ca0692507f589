#include "gateway/listeners/listener_set.h"

#include <netinet/in.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <latch>

namespace otoroshi::gateway {
namespace {

// The kernel cuts it down to net.core.somaxconn.
constexpr int listen_backlog = 65535;

void switch_on(int fd, int level, int option) {
  const int on = 1;
  ::setsockopt(fd, level, option, &on, sizeof on);
}

Error cannot_listen(const ListenAddress& address, int error) {
  auto sentence = "cannot listen on " + to_text(address) + ": " + std::strerror(error);
  if (error == EADDRINUSE) sentence += "; another program (or another gateway) holds the port";
  if (error == EACCES) sentence += "; ports below 1024 need root or the capability CAP_NET_BIND_SERVICE";
  if (error == EADDRNOTAVAIL) sentence += "; no interface of this machine has the address";
  return {ErrorCode::address_in_use, Side::gateway, std::move(sentence)};
}

enum class Sharing { exclusive, between_workers };

Result<SocketHandle> bind_socket(const ListenAddress& address, const SocketOptions& options,
                                 Sharing sharing) {
  auto endpoint = to_endpoint(address);
  SocketHandle socket(::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return std::unexpected(cannot_listen(address, errno));
  set_socket_options(socket.get(), options);  // for the sockets that it will accept
  switch_on(socket.get(), SOL_SOCKET, SO_REUSEADDR);
  if (sharing == Sharing::between_workers) switch_on(socket.get(), SOL_SOCKET, SO_REUSEPORT);
  if (endpoint.address().is_v6()) {
    const int only_v6 = endpoint.address().is_unspecified() ? 0 : 1;
    ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
  }
  if (::bind(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) {
    return std::unexpected(cannot_listen(address, errno));
  }
  return socket;
}

// One listening socket for each worker.
Result<std::vector<SocketHandle>> listen_everywhere(const ListenAddress& address, std::size_t workers,
                                                    const SocketOptions& options, bool probe) {
  // SO_REUSEPORT would let us share the port with another process of the same user and hide that it is taken.
  if (probe) {
    if (auto probed = bind_socket(address, options, Sharing::exclusive); !probed)
      return std::unexpected(probed.error());
  }
  std::vector<SocketHandle> sockets;
  for (std::size_t count = 0; count < workers; ++count) {
    auto socket = bind_socket(address, options, Sharing::between_workers);
    if (!socket) return std::unexpected(socket.error());
    if (::listen(socket->get(), listen_backlog) != 0) return std::unexpected(cannot_listen(address, errno));
    sockets.push_back(std::move(*socket));
  }
  return sockets;
}

using OpenedSockets = std::map<ListenAddress, std::vector<SocketHandle>>;

// On the worker's thread.
void bring_in_line(AcceptingWorker& worker, const Snapshot& snapshot, OpenedSockets& opened,
                   std::size_t index) {
  std::erase_if(worker.acceptors, [&](const auto& item) { return !snapshot.ports.contains(item.first); });
  for (const auto& [address, served] : snapshot.ports) {
    if (auto known = worker.acceptors.find(address); known != worker.acceptors.end()) {
      known->second.serve_by(served);
    } else {
      worker.acceptors.try_emplace(address, worker.context, std::move(opened.at(address)[index]), served);
    }
  }
}

}  // namespace

Result<void> ListenerSet::apply(const Snapshot& snapshot) {
  auto leaves_port = [&](std::uint16_t port) {
    for (const auto& [address, served] : open_) {
      if (address.port == port && !snapshot.ports.contains(address)) return true;
    }
    return false;
  };

  OpenedSockets opened;
  for (const auto& [address, served] : snapshot.ports) {
    if (open_.contains(address)) continue;
    auto options = workers_.front()->context.shared.socket_options();
    auto sockets = listen_everywhere(address, workers_.size(), options, !leaves_port(address.port));
    if (!sockets) return std::unexpected(sockets.error());
    opened.emplace(address, std::move(*sockets));
  }

  std::latch done(static_cast<std::ptrdiff_t>(workers_.size()));
  for (std::size_t index = 0; index < workers_.size(); ++index) {
    auto& worker = *workers_[index];
    worker.context.worker.post([&, index] {
      try {
        bring_in_line(worker, snapshot, opened, index);
      } catch (const std::exception& problem) {
        spdlog::error("a worker could not take over its listeners: {}", problem.what());
      }
      done.count_down();
    });
  }
  done.wait();
  open_ = snapshot.ports;
  return {};
}

void ListenerSet::close_all() {
  auto closed = apply(Snapshot{});
  (void)closed;  // opening nothing cannot fail
}

}  // namespace otoroshi::gateway
