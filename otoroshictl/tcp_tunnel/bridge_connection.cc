#include "otoroshictl/tcp_tunnel/bridge_connection.h"

#include <spdlog/spdlog.h>

#include "common/net/relay.h"
#include "common/net/stream_io.h"
#include "otoroshictl/tcp_tunnel/open_tunnel.h"

namespace otoroshi::ctl {

using namespace std::chrono_literals;

namespace {

// For the gateway's FIN once both directions have ended. Our last bytes may still be on a slow way, and giving up
// would destroy them; a gateway that is gone is noticed by its silence long before.
constexpr auto linger_limit = 10min;

void log_all(spdlog::level::level_enum level, const std::vector<std::string>& lines) {
  for (const auto& line : lines) spdlog::log(level, "{}", line);
}

void tell_not_opened(BridgeContext& context, const OpeningFailure& failure) {
  if (failure.by == OpeningFailure::By::user)
    spdlog::debug("{}", failure.sentence);
  else
    log_all(spdlog::level::warn, context.opening_failures.failed(failure.sentence));
}

// A local program that resets its connection knows why.
void tell_broken(BridgeContext& context, const Error& failure) {
  if (failure.side == Side::client || failure.code == ErrorCode::shut_down) {
    spdlog::debug("a connection broke: {}", failure.sentence);
    return;
  }
  log_all(spdlog::level::warn,
          context.broken_tunnels.failed("a connection broke: " + told_of_gateway(failure)));
}

Task<> linger(Worker& worker, Stream& tunnel) {
  Deadline deadline(worker.timers(), linger_limit, tunnel,
                    Error{ErrorCode::timed_out, Side::target, "the gateway did not close the connection"});
  co_await discard_until_end(worker, tunnel);
}

}  // namespace

Task<Ending> bridge_connection(BridgeContext& context, StreamPtr local) {
  Bridge bridge;
  bridge.local = std::move(local);
  LiveBridges::Listed listed(context.bridges, bridge);

  // Open. Who connected sees a reset if it fails: an end would look like an answer.
  auto opened = co_await open_tunnel(context, *bridge.local);
  if (!opened) {
    tell_not_opened(context, opened.error());
    bridge.local->abort(Error{ErrorCode::refused, Side::target, opened.error().sentence});
    co_return opened.error().by == OpeningFailure::By::gateway ? Ending::refused_by_gateway : Ending::failed;
  }
  log_all(spdlog::level::info, context.opening_failures.succeeded());
  bridge.tunnel = std::move(*opened);

  // Relay.
  const auto failure =
      co_await relay(context.worker, *bridge.local, *bridge.tunnel, bridge.progress, RelayOptions());
  if (failure) {
    tell_broken(context, *failure);
    co_return Ending::failed;
  }
  spdlog::debug("a connection ended: {} bytes out, {} bytes in", bridge.progress.bytes_from_client,
                bridge.progress.bytes_from_target);

  // Linger: a socket that is closed too early takes along what is still on its way.
  bridge.local.reset();
  co_await linger(context.worker, *bridge.tunnel);
  co_return Ending::carried;
}

}  // namespace otoroshi::ctl
