#include "gateway/connection/reach_target.h"

#include "common/net/dial.h"
#include "common/net/proxy_protocol.h"
#include "common/net/starttls_postgres.h"
#include "common/net/stream_io.h"
#include "common/net/tls_stream.h"

namespace otoroshi::gateway {
namespace {

Task<Result<StreamPtr>> enter_upstream_tls(WorkerContext& context, StreamPtr stream, const Target& target) {
  bool trust_all = target.trust_all || !context.shared.config.upstream_tls.verify;
  auto ssl = context.shared.upstream_tls.new_ssl(target.host, trust_all);
  auto tls = std::make_unique<TlsStream>(context.worker, std::move(stream), std::move(ssl), Side::target);
  auto done = co_await tls->handshake();
  if (!done) co_return std::unexpected(done.error());
  co_return StreamPtr(std::move(tls));
}

// Everything behind the dial, under one deadline.
Task<Result<StreamPtr>> introduce(WorkerContext& context, ConnectionRecord& record, StreamPtr stream,
                                  const Target& target, bool postgres_tls) {
  const bool pass_through = record.service->tls == TlsMode::pass_through;
  const bool tls_to_target = target.tls && !pass_through;
  const bool ask_postgres = postgres_tls && (pass_through || tls_to_target);
  if (target.proxy_protocol == ProxyProtocol::none && !ask_postgres && !tls_to_target)
    co_return std::move(stream);

  Deadline deadline(
      context.worker.timers(), context.shared.config.timeouts.handshake, *stream,
      Error{ErrorCode::timed_out, Side::target,
            "the target took the connection and did not finish its TLS handshake (timeouts.handshake)"});
  auto header = proxy_header(target.proxy_protocol, record.remote, record.local);
  if (!header.empty()) {
    auto header_bytes = as_bytes(header);
    auto written = co_await write_all(*stream, header_bytes);
    if (!written) co_return std::unexpected(written.error());
  }
  if (ask_postgres) {
    auto agreed = co_await ask_postgres_for_tls(*stream);
    if (!agreed) co_return std::unexpected(agreed.error());
  }
  if (!tls_to_target) co_return std::move(stream);
  co_return co_await enter_upstream_tls(context, std::move(stream), target);
}

Task<Result<StreamPtr>> connect(WorkerContext& context, ConnectionRecord& record, const Target& target,
                                bool postgres_tls) {
  DialOptions options;
  options.limit = context.shared.config.timeouts.connect;
  options.socket = context.shared.socket_options();
  options.on_behalf_of = record.client_stream;
  const std::string& address = target.ip.empty() ? target.host : target.ip;
  record.target_address = {};
  auto dialled = co_await dial(context.worker, context.shared.resolver, address, target.port, options);
  if (!dialled) co_return std::unexpected(dialled.error());
  record.target_address = dialled->address;
  StreamPtr stream = std::move(dialled->stream);
  record.target_stream = stream.get();
  co_return co_await introduce(context, record, std::move(stream), target, postgres_tls);
}

}  // namespace

Task<Result<StreamPtr>> reach_target(WorkerContext& context, ConnectionRecord& record, bool postgres_tls) {
  auto& group = *record.targets;
  Result<StreamPtr> reached = fail(ErrorCode::refused, Side::gateway, "the rule has no targets");
  auto order = group.candidates(Clock::now());
  for (auto index : order) {
    record.target = &group.targets()[index];
    reached = co_await connect(context, record, *record.target, postgres_tls);
    if (reached) {
      group.mark_good(index);
      break;
    }
    record.target_stream = nullptr;
    // A shortage of ours, or a client that has gone, says nothing about the target.
    if (reached.error().side != Side::target) break;
    group.mark_failed(index, Clock::now());
  }
  co_return reached;
}

}  // namespace otoroshi::gateway
