#include "gateway/listeners/acceptor.h"

#include <spdlog/spdlog.h>

#include <new>
#include <utility>

#include "gateway/connection/serve_connection.h"

namespace otoroshi::gateway {

class Acceptor::PortAcceptance final : public Acceptance {
 public:
  PortAcceptance(WorkerContext& context, ServedPortPtr port) : context_(context), port_(std::move(port)) {}
  ~PortAcceptance() override {
    if (paused_) --context_.shared.paused_listeners;
  }

  void serve_by(ServedPortPtr port) { port_ = std::move(port); }

  std::optional<std::string> obstacle() override {
    const auto& shared = context_.shared;
    if (shared.connections.load(std::memory_order_relaxed) < shared.connection_limit) return std::nullopt;
    return shared.limit_reached();
  }

  void take(SocketHandle accepted, const asio::ip::tcp::endpoint& peer) override {
    try {
      run_connection(context_, port_, std::move(accepted), peer);
    } catch (const std::bad_alloc&) {
      spdlog::error("a connection on {} was dropped: out of memory", to_text(port_->address));
    }
  }

  // Once for all listeners and workers: they meet the same shortage, and it is over when nobody waits any
  // more in any of their queues.
  void paused(const std::string& why) override {
    if (std::exchange(paused_, true)) return;
    if (context_.shared.paused_listeners++ == 0) spdlog::warn("accepting connections pauses: {}", why);
  }
  void resumed() override {
    if (!std::exchange(paused_, false)) return;
    if (--context_.shared.paused_listeners == 0) spdlog::warn("accepting connections goes on");
  }

 private:
  WorkerContext& context_;
  ServedPortPtr port_;
  bool paused_ = false;
};

Acceptor::Acceptor(WorkerContext& context, SocketHandle listening, ServedPortPtr port)
    : Acceptor(context, std::move(listening), std::make_unique<PortAcceptance>(context, std::move(port))) {}

Acceptor::Acceptor(WorkerContext& context, SocketHandle listening, std::unique_ptr<PortAcceptance> acceptance)
    : acceptance_(*acceptance), loop_(context.worker, std::move(listening), std::move(acceptance)) {}

void Acceptor::serve_by(ServedPortPtr port) {
  acceptance_.serve_by(std::move(port));
}

}  // namespace otoroshi::gateway
