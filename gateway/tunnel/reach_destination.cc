#include "gateway/tunnel/reach_destination.h"

#include "common/net/dial.h"
#include "gateway/connection/reach_target.h"

namespace otoroshi::gateway {
namespace {

Refusal unreachable(Error why) {
  if (why.side != Side::target) return {503, "errors.service.unavailable", std::move(why)};
  if (why.code == ErrorCode::timed_out) return {504, "errors.gateway.timeout", std::move(why)};
  return {502, "errors.bad.gateway", std::move(why)};
}

std::unexpected<Refusal> forbidden(Error why) {
  return std::unexpected(Refusal{403, "errors.destination.not.allowed", std::move(why)});
}

// The addresses of a destination that may be dialled.
Task<Admission<Addresses>> allowed_addresses(WorkerContext& context, ConnectionRecord& record,
                                             const Destination& wanted, Clock::duration limit) {
  const auto& rules = record.tunnel->route->destinations;
  if (wanted.from_request) {
    auto promising = rules.may_allow(wanted.host, wanted.port);
    if (!promising) co_return forbidden(std::move(promising.error()));
  }
  const auto& name = wanted.ip_address.empty() ? wanted.host : wanted.ip_address;
  auto* const client = record.client_stream.get();
  const auto from = wanted.from_request ? NameFrom::client : NameFrom::settings;
  auto found = co_await context.shared.resolver.resolve(context.worker, name, limit, client, from);
  if (!found) {
    context.metrics.dials.count_failure(found.error());
    co_return std::unexpected(unreachable(std::move(found.error())));
  }
  auto allowed = wanted.from_request ? rules.allowed(wanted.host, wanted.port, *found)
                                     : rules.without_link_local(wanted.host, wanted.port, *found);
  if (!allowed) co_return forbidden(std::move(allowed.error()));
  co_return std::move(*allowed);
}

Task<Admission<void>> try_destination(WorkerContext& context, ConnectionRecord& record,
                                      const Destination& wanted) {
  record.tunnel->target = Target{.host = wanted.host,
                                 .ip = wanted.ip_address,
                                 .port = wanted.port,
                                 .tls = wanted.tls,
                                 .trust_all = wanted.trust_all};
  record.target = &record.tunnel->target;
  record.target_address = {};

  const auto begun = Clock::now();
  const auto give_up = begun + context.shared.config.timeouts.connect;
  auto limit = Clock::duration(context.shared.config.timeouts.connect);
  auto addresses = co_await allowed_addresses(context, record, wanted, limit);
  if (!addresses) co_return std::unexpected(std::move(addresses.error()));

  DialOptions options;
  options.limit = give_up - Clock::now();
  options.socket = context.shared.socket_options();
  options.on_behalf_of = record.client_stream.get();
  auto dialled = co_await dial_addresses(context.worker, *addresses, wanted.port, wanted.host, options);
  context.metrics.dials.record(begun, dialled);
  if (!dialled) co_return std::unexpected(unreachable(std::move(dialled.error())));
  record.target_address = dialled->address;
  record.target_stream = std::move(dialled->stream);
  if (!wanted.tls) co_return Admission<void>();

  auto secured = co_await enter_target_tls(context, record);
  if (!secured) co_return std::unexpected(unreachable(std::move(secured.error())));
  co_return Admission<void>();
}

}  // namespace

Task<Admission<void>> reach_destination(WorkerContext& context, ConnectionRecord& record,
                                        const tunnel::Request& request) {
  const auto& targets = record.tunnel->route->targets;
  const std::size_t first = context.next_target++;
  Admission<void> reached;
  for (std::size_t count = 0; count < targets.size(); ++count) {
    auto wanted = targets[(first + count) % targets.size()].resolve(request);
    if (!wanted) co_return std::unexpected(Refusal{400, "errors.bad.destination", std::move(wanted.error())});
    reached = co_await try_destination(context, record, *wanted);
    if (reached) break;
    record.target_stream.reset();
    // A shortage of ours, or a client that has gone, says nothing about the other targets.
    if (reached.error().error.side != Side::target) break;
  }
  co_return reached;
}

}  // namespace otoroshi::gateway
