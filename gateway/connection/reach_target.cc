#include "gateway/connection/reach_target.h"

#include "common/net/dial.h"
#include "common/net/proxy_protocol.h"
#include "common/net/starttls_postgres.h"
#include "common/net/stream_io.h"
#include "common/net/tls_stream.h"

namespace otoroshi::gateway {
namespace {

Task<Result<void>> shake_hands(WorkerContext& context, ConnectionRecord& record) {
  const auto& target = *record.target;
  bool trust_all = target.trust_all || !context.shared.config.upstream_tls.verify;
  auto ssl = context.shared.upstream_tls.new_ssl(target.host, trust_all);
  auto tls = std::make_unique<TlsStream>(context.worker, std::move(record.target_stream), std::move(ssl),
                                         Side::target);
  auto& session = *tls;
  record.target_stream = std::move(tls);
  const auto begun = Clock::now();
  auto done = co_await session.handshake();
  context.metrics.target_handshakes.record(begun, done);
  co_return done;
}

Error handshake_took_too_long() {
  return {ErrorCode::timed_out, Side::target,
          "the target took the connection and did not finish its handshake (timeouts.handshake)"};
}

// Everything behind the dial, under one deadline.
Task<Result<void>> introduce(WorkerContext& context, ConnectionRecord& record, bool postgres_tls) {
  const auto& target = *record.target;
  const bool pass_through = record.service->tls == TlsMode::pass_through;
  const bool tls_to_target = target.tls && !pass_through;
  const bool ask_postgres = postgres_tls && (pass_through || tls_to_target);
  if (target.proxy_protocol == ProxyProtocol::none && !ask_postgres && !tls_to_target)
    co_return Result<void>();

  auto& bare = *record.target_stream;  // stays where it is when TLS is wrapped around it
  Deadline deadline(context.worker.timers(), context.shared.config.timeouts.handshake, bare,
                    handshake_took_too_long());
  auto header = proxy_header(target.proxy_protocol, record.remote, record.local);
  if (!header.empty()) {
    auto header_bytes = as_bytes(header);
    auto written = co_await write_all(bare, header_bytes);
    if (!written) co_return written;
  }
  if (ask_postgres) {
    auto agreed = co_await ask_postgres_for_tls(bare);
    if (!agreed) co_return agreed;
  }
  if (!tls_to_target) co_return Result<void>();
  co_return co_await shake_hands(context, record);
}

Task<Result<void>> dial_target(WorkerContext& context, ConnectionRecord& record) {
  DialOptions options;
  options.limit = context.shared.config.timeouts.connect;
  options.socket = context.shared.socket_options();
  options.on_behalf_of = record.client_stream.get();
  const auto& target = *record.target;
  const std::string& address = target.ip.empty() ? target.host : target.ip;
  record.target_address = {};
  const auto begun = Clock::now();
  auto dialled = co_await dial(context.worker, context.shared.resolver, address, target.port, options);
  context.metrics.dials.record(begun, dialled);
  if (!dialled) co_return std::unexpected(std::move(dialled.error()));
  record.target_address = dialled->address;
  record.target_stream = std::move(dialled->stream);
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> enter_target_tls(WorkerContext& context, ConnectionRecord& record) {
  Deadline deadline(context.worker.timers(), context.shared.config.timeouts.handshake, *record.target_stream,
                    handshake_took_too_long());
  co_return co_await shake_hands(context, record);
}

Task<Result<void>> reach_target(WorkerContext& context, ConnectionRecord& record, bool postgres_tls) {
  auto& group = *record.targets;
  Result<void> reached = fail(ErrorCode::refused, Side::gateway, "the rule has no targets");
  auto order = group.candidates(Clock::now());
  for (auto index : order) {
    record.target = &group.targets()[index];
    reached = co_await dial_target(context, record);
    if (reached) {
      group.mark_good(index);
      reached = co_await introduce(context, record, postgres_tls);
      if (reached) break;
      record.target_stream.reset();
    } else if (reached.error().side == Side::target) {
      // Only for what no client can bring about: it neither takes connections nor answers.
      group.mark_failed(index, Clock::now());
    }
    // A shortage of ours, or a client that has gone, says nothing about the other targets.
    if (reached.error().side != Side::target) break;
  }
  co_return reached;
}

}  // namespace otoroshi::gateway
