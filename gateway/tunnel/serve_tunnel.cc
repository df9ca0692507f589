#include "gateway/tunnel/serve_tunnel.h"

#include <algorithm>

#include "common/net/prefixed_stream.h"
#include "common/net/stream_io.h"
#include "common/net/websocket_stream.h"
#include "common/text/duration.h"
#include "common/text/quoted.h"
#include "gateway/connection/enter_tls.h"
#include "gateway/connection/refuse.h"
#include "gateway/tunnel/authorize.h"
#include "gateway/tunnel/reach_destination.h"

namespace otoroshi::gateway {
namespace {

using std::chrono::system_clock;

std::unexpected<Refusal> refusal(unsigned status, std::string_view cause, ErrorCode code,
                                 std::string sentence) {
  return std::unexpected(Refusal{status, cause, Error{code, Side::client, std::move(sentence)}});
}

// The request's head, within timeouts.handshake. What came behind it is put back in front of the client's
// stream.
Task<Admission<tunnel::Request>> read_request(WorkerContext& context, ConnectionRecord& record) {
  const auto limit = context.shared.config.timeouts.handshake;
  Timer timer(context.worker.timers());
  timer.start(limit);
  auto& client = *record.client_stream;
  std::vector<std::byte> head;
  for (;;) {
    const auto scratch = context.worker.scratch().first(tunnel::max_head);
    auto got = client.try_read(scratch);
    if (got.error()) co_return std::unexpected(Refusal{400, "errors.bad.request", client.failure()});
    if (got.end())
      co_return refusal(400, "errors.bad.request", ErrorCode::protocol,
                        "the client ended the connection before its HTTP request was complete");
    if (got.would_block()) {
      if (timer.expired())
        co_return refusal(
            408, "errors.request.timeout", ErrorCode::timed_out,
            "the HTTP request was not complete within " + duration_text(limit) + " (timeouts.handshake)");
      const bool slept = co_await sleep_until([&](Waiter& waiter) {
        client.arm_readable(waiter);
        timer.arm(waiter);
      });
      if (!slept) co_await context.worker.yield();  // or a flood of empty TLS records has the worker alone
      continue;
    }
    head.insert(head.end(), scratch.begin(), scratch.begin() + static_cast<std::ptrdiff_t>(got.bytes));
    auto request = tunnel::inspect_request(head);
    if (!request) {
      const bool too_large = request.error().code == ErrorCode::limit;
      const auto status = too_large ? 431u : 400u;
      co_return std::unexpected(Refusal{status, "errors.bad.request", std::move(request.error())});
    }
    if (!*request) continue;
    head.erase(head.begin(), head.begin() + static_cast<std::ptrdiff_t>((*request)->bytes));
    record.client_stream = with_prefix(std::move(record.client_stream), std::move(head));
    co_return std::move(**request);
  }
}

Admission<std::shared_ptr<const TunnelRoute>> find_route(const TunnelTable& table,
                                                         const tunnel::Request& request) {
  auto route = table.route(request.host());
  if (!route)
    return refusal(404, "errors.route.not.found", ErrorCode::no_route,
                   "no route has a domain that matches " + otoroshi::quoted(request.host()));
  if (request.path != tunnel::path)  // Otoroshi takes whatever begins so, ".../tunnelx/../y", too
    return refusal(404, "errors.resource.not.found", ErrorCode::no_route,
                   "tunnels are at " + std::string(tunnel::path) + " and nothing is at this path");
  if (auto fine = tunnel::check_upgrade(request); !fine)
    return std::unexpected(Refusal{426, "errors.upgrade.required", std::move(fine.error())});
  return route;
}

// Fetching keys, resolving and dialling take their time, in which a key may have been removed.
Admission<void> still_admitted(const WorkerContext& context, const Caller& caller) {
  auto why = reason_to_end(caller, *context.tunnels, system_clock::now());
  if (!why) return {};
  return not_admitted(401, "errors.access.revoked", std::move(why->sentence));
}

// Head ► route ► access ► destination ► dial; the record then has its target's stream. (A coroutine of its
// own because what it needs on the way need not lie in memory for as long as the tunnel lives.)
Task<Admission<tunnel::Request>> open_tunnel(WorkerContext& context, ConnectionRecord& record) {
  auto request = co_await read_request(context, record);
  if (!request) co_return request;
  record.server_name = request->host();

  // Not the table of the moment at which the connection was accepted: who was let in then and asks now would
  // be let in by rules of the past.
  const auto table = context.tunnels;
  auto route = find_route(*table, *request);
  if (!route) co_return std::unexpected(std::move(route.error()));
  record.tunnel = std::make_unique<TunnelRecord>();
  record.tunnel->route = std::move(*route);

  auto address = record.remote.address();
  const auto now = system_clock::now();
  auto& quotas = context.shared.tunnel_quotas;
  auto caller = co_await authorize(context.worker, *table, *record.tunnel->route, *request, address, now,
                                   quotas, context.shared.jwks);
  if (!caller) co_return std::unexpected(std::move(caller.error()));
  record.tunnel->caller = std::move(*caller);

  auto reached = co_await reach_destination(context, record, *request);
  if (reached) reached = still_admitted(context, *record.tunnel->caller);
  if (!reached) {
    const auto& admitted = *record.tunnel->caller;
    if (!admitted.api_key_id.empty()) quotas.give_back(admitted.api_key_id, admitted.quota_taken);
    co_return std::unexpected(std::move(reached.error()));
  }
  co_return request;
}

Task<Result<void>> say_101(WorkerContext& context, ConnectionRecord& record, const tunnel::Request& request) {
  Deadline deadline(context.worker.timers(), context.shared.config.timeouts.handshake, *record.client_stream,
                    Error{ErrorCode::timed_out, Side::client, "the client did not take the answer 101"});
  auto answer = tunnel::accept_response(request, context.shared.config.tunnel.ping_interval);
  auto bytes = as_bytes(answer);
  co_return co_await write_all(*record.client_stream, bytes);
}

// What is wrong behind the gateway, with its addresses, is told to those who have shown who they are.
std::string_view sentence_for(const ConnectionRecord& record, const Refusal& no) {
  if (no.status < 500) return no.error.sentence;
  const auto& caller = record.tunnel->caller;
  if (!caller) return "the token cannot be verified now: the log of the gateway says why";
  return caller->type == AccessType::public_access ? no_target_takes_it : no.error.sentence;
}

// From a request to two streams that can be relayed, or to a client that has been told why not.
Task<Result<void>> admit(WorkerContext& context, ConnectionRecord& record) {
  auto request = co_await open_tunnel(context, record);
  if (!request) {
    auto& no = request.error();
    context.metrics.tunnel_refused(no.cause);
    auto answer = tunnel::refuse_response(no.status, no.cause, sentence_for(record, no));
    co_await say_and_end(context.worker, *record.client_stream, std::move(answer), no.error);
    co_return std::unexpected(std::move(no.error));
  }
  auto said = co_await say_101(context, record, *request);
  if (!said) co_return said;

  WebSocketOptions options;
  options.peer_half_close = request->has_half_close();
  options.ping_interval = context.shared.config.tunnel.ping_interval;
  // The target that has ended has said all; a client that cannot carry half a tunnel need not wait to hear
  // it.
  options.hold_close = Clock::duration::zero();
  record.client_stream = std::make_unique<WebSocketStream>(context.worker, std::move(record.client_stream),
                                                           Side::client, options);
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> serve_tunnel(WorkerContext& context, ConnectionRecord& record) {
  if (record.port->tls) {
    auto secured = co_await end_client_tls(context, record, nullptr);
    if (!secured) {
      co_await refuse(context.worker, *record.client_stream, RefusalForm::close, secured.error());
      co_return secured;
    }
  }
  // Head ► route ► access ► destination ► dial ► 101.
  auto admitted = co_await admit(context, record);
  if (!admitted) co_return admitted;
  record.relaying = Clock::now();

  RelayOptions options{context.shared.splice};
  auto failure =
      co_await relay(context.worker, *record.client_stream, *record.target_stream, record.progress, options);
  if (failure) co_return std::unexpected(std::move(*failure));

  // The client may still be reading our last bytes: only its FIN says that it has them.
  co_await discard_until_end(context.worker, *record.client_stream);
  co_return Result<void>();
}

void end_revoked_tunnels(WorkerContext& context) {
  if (!context.tunnels) return;
  const auto now = system_clock::now();
  context.registry.for_each([&](ConnectionRecord& record) {
    if (!record.tunnel || !record.is_relaying()) return;
    if (auto why = reason_to_end(*record.tunnel->caller, *context.tunnels, now)) record.abort(*why);
  });
}

}  // namespace otoroshi::gateway
