#include "gateway/listeners/listener_set.h"

#include <spdlog/spdlog.h>

#include "common/net/listening_socket.h"
#include "gateway/tunnel/serve_tunnel.h"

namespace otoroshi::gateway {
namespace {

// One listening socket for each worker.
Result<std::vector<SocketHandle>> listen_everywhere(const ListenAddress& address, std::size_t workers,
                                                    const SocketOptions& options, bool probe) {
  const auto endpoint = to_endpoint(address);
  // SO_REUSEPORT would let us share the port with another process of the same user and hide that it is taken.
  if (probe) {
    if (auto probed = bind_socket(endpoint, options, PortSharing::exclusive); !probed)
      return std::unexpected(probed.error());
  }
  std::vector<SocketHandle> sockets;
  for (std::size_t count = 0; count < workers; ++count) {
    auto socket = listen_on(endpoint, options, PortSharing::between_sockets);
    if (!socket) return std::unexpected(socket.error());
    sockets.push_back(std::move(*socket));
  }
  return sockets;
}

// On the worker's thread, as what follows.
void take_rules(AcceptingWorker& worker, const Snapshot& snapshot) {
  if (snapshot.tls) worker.context.certificates = snapshot.tls->certificates();
  if (snapshot.tunnel && snapshot.tunnel != worker.context.tunnels) {  // live tunnels outlast their listeners
    worker.context.tunnels = snapshot.tunnel;
    end_revoked_tunnels(worker.context);
  }
}

void accept_from(SocketHandle listening, AcceptingWorker& worker, const ServedPortPtr& served) try {
  worker.acceptors.try_emplace(served->address, worker.context, std::move(listening), served);
} catch (const std::exception& problem) {
  spdlog::error("{}: a worker leaves it to the others to accept: {}", to_text(served->address),
                problem.what());
}

void take_listeners(AcceptingWorker& worker, const Snapshot& snapshot, ListenerSet::Opened& opened,
                    std::size_t index) {
  std::erase_if(worker.acceptors, [&](const auto& item) { return !snapshot.ports.contains(item.first); });
  for (const auto& [address, served] : snapshot.ports) {
    if (auto known = worker.acceptors.find(address); known != worker.acceptors.end()) {
      known->second.serve_by(served);
    } else if (auto fresh = opened.find(address); fresh != opened.end()) {  // else it left it to the others
      accept_from(std::move(fresh->second[index]), worker, served);
    }
  }
}

}  // namespace

std::expected<ListenerSet::Opened, std::vector<ListenerSet::CannotListen>> ListenerSet::open(
    const Snapshot& snapshot) const {
  auto leaves_port = [&](std::uint16_t port) {
    for (const auto& [address, served] : open_) {
      if (address.port == port && !snapshot.ports.contains(address)) return true;
    }
    return false;
  };

  Opened opened;
  std::vector<CannotListen> failures;
  if (is_closed_) return opened;
  for (const auto& [address, served] : snapshot.ports) {
    if (open_.contains(address)) continue;
    auto options = workers_.front()->context.shared.socket_options();
    auto sockets = listen_everywhere(address, workers_.size(), options, !leaves_port(address.port));
    if (sockets) {
      opened.emplace(address, std::move(*sockets));
    } else {
      failures.push_back({address, std::move(sockets.error())});
    }
  }
  if (!failures.empty()) return std::unexpected(std::move(failures));
  return opened;
}

void ListenerSet::serve_by(const Snapshot& snapshot, Opened opened) {
  auto ports = snapshot.ports;  // while nothing has changed yet: there may be no memory for it
  on_every_worker(workers_, [&](AcceptingWorker& worker, std::size_t index) {
    try {
      take_rules(worker, snapshot);
      if (!is_closed_) take_listeners(worker, snapshot, opened, index);
    } catch (const std::exception& problem) {
      spdlog::error("a worker could not take over what changed: {}", problem.what());
    }
  });
  if (!is_closed_) open_.swap(ports);
}

void ListenerSet::close_all() {
  serve_by(Snapshot{}, {});
  is_closed_ = true;
  // A round of the loop later, the coroutines that accepted have ended, too: nobody resumes them once the
  // workers have stopped.
  on_every_worker(workers_, [](AcceptingWorker&, std::size_t) {});
}

}  // namespace otoroshi::gateway
