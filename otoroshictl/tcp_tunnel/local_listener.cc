#include "otoroshictl/tcp_tunnel/local_listener.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "common/net/process.h"
#include "common/net/tcp_stream.h"
#include "otoroshictl/tcp_tunnel/bridge_connection.h"

namespace otoroshi::ctl {

using asio::ip::tcp;

namespace {

std::size_t most_bridges(std::uint64_t descriptors) {
  return connections_within(descriptors, 32 + 2 * PipePool::lent_at_most);
}

Task<> bridge(BridgeContext& context, SocketHandle socket) {
  try {
    auto stream = std::make_unique<TcpStream>(context.worker, std::move(socket), Side::client);
    co_await bridge_connection(context, std::move(stream));
  } catch (const std::exception& problem) {  // out of memory, or of a resource of the kernel
    spdlog::error("a connection was dropped: {}", problem.what());
  }
}

class BridgeAcceptance final : public Acceptance {
 public:
  BridgeAcceptance(BridgeContext& context, std::size_t most) : context_(context), most_(most) {}

  std::optional<std::string> obstacle() override {
    if (context_.bridges.size() < most_) return std::nullopt;
    return std::to_string(most_) +
           " connections are open, more would need a higher limit of descriptors (ulimit -n)";
  }
  void take(SocketHandle socket, const tcp::endpoint& peer) override {
    spdlog::debug("connection from {}", to_text(HostPort{peer.address().to_string(), peer.port()}));
    spawn(bridge(context_, std::move(socket)));
  }
  void paused(const std::string& why) override {
    if (!std::exchange(paused_, true)) spdlog::warn("accepting connections pauses: {}", why);
  }
  void resumed() override {
    if (std::exchange(paused_, false)) spdlog::warn("accepting connections goes on");
  }

 private:
  BridgeContext& context_;
  std::size_t most_;
  bool paused_ = false;
};

}  // namespace

std::unique_ptr<AcceptLoop> accept_bridges(BridgeContext& context, SocketHandle listening,
                                           std::uint64_t descriptors) {
  auto acceptance = std::make_unique<BridgeAcceptance>(context, most_bridges(descriptors));
  return std::make_unique<AcceptLoop>(context.worker, std::move(listening), std::move(acceptance));
}

}  // namespace otoroshi::ctl
