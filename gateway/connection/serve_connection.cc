#include "gateway/connection/serve_connection.h"

#include <spdlog/spdlog.h>

#include "common/net/prefixed_stream.h"
#include "gateway/connection/enter_tls.h"
#include "gateway/connection/pass_on_cancel.h"
#include "gateway/connection/peek.h"
#include "gateway/connection/reach_target.h"
#include "gateway/connection/refuse.h"
#include "gateway/log.h"
#include "gateway/tunnel/serve_tunnel.h"

namespace otoroshi::gateway {
namespace {

using Protocol = Peeked::Protocol;

PeekFor what_to_peek(const ServiceTable& table) {
  switch (table.tls()) {
    case TlsMode::disabled:
      return PeekFor::http_host;
    case TlsMode::pass_through:
      return PeekFor::tls_server_name;
    case TlsMode::enabled:
      break;
  }
  return PeekFor::tls_begin;
}

// Why a connection must be refused for what its first bytes are, whatever the routes say.
std::optional<Error> objection(const ServiceTable& table, const Peeked& seen) {
  if (seen.problem) return seen.problem;
  if (seen.protocol == Protocol::postgres) {
    return Error{ErrorCode::protocol, Side::client,
                 "this port needs TLS, and the PostgreSQL client asked for none: set sslmode=require"};
  }
  if (table.tls() != TlsMode::enabled || seen.protocol == Protocol::tls) return std::nullopt;
  return Error{ErrorCode::protocol, Side::client,
               seen.protocol == Protocol::none ? "the client sent nothing; this port needs TLS"
                                               : "the client does not speak TLS; this port needs it"};
}

// How to say no to a client of which these bytes were seen, before TLS was entered.
RefusalForm refusal_form(const Peeked& seen, const Error& why) {
  switch (seen.protocol) {
    case Protocol::tls:
      return why.code == ErrorCode::no_route ? RefusalForm::tls_name_unknown : RefusalForm::tls_bad_hello;
    case Protocol::http:
      return why.code == ErrorCode::no_route ? RefusalForm::http_not_found : RefusalForm::http_bad_request;
    case Protocol::postgres:
      return RefusalForm::postgres;
    case Protocol::none:
    case Protocol::other:
    case Protocol::postgres_cancel:
      break;
  }
  return RefusalForm::close;
}

// How to tell a client that no target took its connection: its bytes have been read and are lost.
RefusalForm unreachable_form(const ServiceTable& table, const Peeked& seen) {
  if (table.tls() == TlsMode::disabled && seen.protocol == Protocol::http)
    return RefusalForm::http_bad_gateway;
  if (table.tls() == TlsMode::enabled && seen.after_ssl_request) return RefusalForm::postgres_unavailable;
  return RefusalForm::reset;
}

// The connection's place among those of its service; empty if the service is full. Without a limit nothing is
// counted.
std::optional<ServiceCounts::Place> take_place(WorkerContext& context, const TcpService& service) {
  auto limit = context.shared.config.limits.max_connections_per_service;
  if (limit == 0) return ServiceCounts::Place();
  auto place = context.shared.service_counts.enter(service.id, limit);
  if (!place) return std::nullopt;
  return place;
}

Task<std::unexpected<Error>> turn_away(WorkerContext& context, ConnectionRecord& record, RefusalForm form,
                                       Error why) {
  co_await refuse(context.worker, *record.client_stream, form, why);
  co_return std::unexpected(std::move(why));
}

// What is known of a client whose first bytes, and TLS where it ends here, are dealt with.
struct Admitted {
  bool nothing_left = false;  // it wanted no more than what has been done: a CancelRequest was passed on
  bool postgres_tls = false;  // it began TLS with PostgreSQL's SSLRequest
  RefusalForm unreachable = RefusalForm::reset;  // how to tell it that no target takes its connection
  ServiceCounts::Place place;
};

// Peek ► route ► TLS. Whoever is not admitted has been told why. (A coroutine of its own because what it
// needs on the way need not lie in memory for as long as the connection lives.)
Task<Result<Admitted>> admit(WorkerContext& context, ConnectionRecord& record) {
  const ServiceTable& table = *record.port->table;
  auto& client = record.client_stream;

  // Peek, unless nothing depends on it: then the server may be the one who speaks first.
  Peeked seen;
  if (table.needs_peek()) {
    seen = co_await peek(context.worker, *client, what_to_peek(table), context.shared.config.timeouts.peek);
    if (seen.name) record.server_name = *seen.name;
    if (seen.protocol == Protocol::postgres_cancel) {
      Bytes request(seen.bytes);
      co_await pass_on_cancel(context, record, request);
      Admitted satisfied;
      satisfied.nothing_left = true;
      co_return satisfied;
    }
    client = with_prefix(std::move(client), std::move(seen.bytes));
    if (auto why = objection(table, seen)) {
      context.metrics.peek_failures.count(*why);
      auto form = refusal_form(seen, *why);
      co_return co_await turn_away(context, record, form, std::move(*why));
    }
  }

  // Route; where TLS ends here, from inside the handshake.
  InsideTls way{fail(ErrorCode::no_route, Side::client, ""), RefusalForm::close};
  if (table.tls() == TlsMode::enabled) {
    way = co_await enter_tls(context, record);
  } else {
    way.decision = table.route(seen.name);
    if (!way.decision) way.refusal = refusal_form(seen, way.decision.error());
  }
  if (!way.decision)
    co_return co_await turn_away(context, record, way.refusal, std::move(way.decision.error()));
  record.service = way.decision->service;
  record.targets = way.decision->targets;

  auto place = take_place(context, *record.service);
  if (!place) {
    Error why{
        ErrorCode::limit, Side::gateway,
        "service '" + record.service->id + "' has all its connections (limits.maxConnectionsPerService)"};
    co_return co_await turn_away(context, record, RefusalForm::reset, std::move(why));
  }
  co_return Admitted{false, seen.after_ssl_request, unreachable_form(table, seen), std::move(*place)};
}

}  // namespace

Task<Result<void>> serve_connection(WorkerContext& context, ConnectionRecord& record) {
  if (record.port->table->services().size() == 1) record.service = record.port->table->services().front();

  // Peek ► route ► TLS.
  auto client = co_await admit(context, record);
  if (!client) co_return std::unexpected(std::move(client.error()));
  if (client->nothing_left) co_return Result<void>();

  // Dial.
  auto reached = co_await reach_target(context, record, client->postgres_tls);
  if (!reached)
    co_return co_await turn_away(context, record, client->unreachable, std::move(reached.error()));
  record.relaying = Clock::now();

  // Relay.
  RelayOptions options{context.shared.splice};
  auto failure =
      co_await relay(context.worker, *record.client_stream, *record.target_stream, record.progress, options);
  if (failure) co_return std::unexpected(std::move(*failure));
  co_return Result<void>();
}

namespace {

void publish(WorkerContext& context, const ConnectionRecord& record, const std::optional<Error>& error) {
  context.metrics.connection_ended(record, error);
  bool refused = error && !record.is_relaying();
  if (!refused && !context.shared.events.enabled()) return;
  auto event = to_event(record, error, context.ids.next(std::chrono::system_clock::now()));
  if (refused) log_refused(event);
  if (context.shared.events.enabled()) context.shared.events.publish(std::move(event));
}

// Out of memory, or of a resource of the kernel that is nobody's in particular.
Error unexpected_failure(const std::exception& problem) {
  return {ErrorCode::limit, Side::gateway, std::string("the gateway could not go on: ") + problem.what()};
}

// The whole presence of a connection on its worker: listed and counted while it is served, told about when it
// is over.
Task<> serve_and_tell(WorkerContext& context, ServedPortPtr port, SocketHandle socket,
                      asio::ip::tcp::endpoint peer) {
  try {
    ConnectionRecord record;
    record.id = context.ids.next(std::chrono::system_clock::now());
    record.port = std::move(port);
    record.remote = peer;
    ConnectionRegistry::Entry listed(context.registry, record);
    std::optional<Error> error;
    try {
      auto stream = std::make_unique<TcpStream>(context.worker, std::move(socket), Side::client);
      bool any_address = record.port->endpoint.address().is_unspecified();
      record.local = any_address ? stream->local_endpoint() : record.port->endpoint;
      record.client_stream = std::move(stream);
      auto life = record.port->is_tunnel ? serve_tunnel(context, record) : serve_connection(context, record);
      auto outcome = co_await life;
      if (!outcome) error = std::move(outcome.error());
      // One that was reached and not used any more: an end would be an empty question.
      if (error && record.target_stream) record.target_stream->abort(*error);
    } catch (const std::exception& problem) {
      error = unexpected_failure(problem);
      record.abort(*error);  // never a clean end for bytes that may be lost
    }
    publish(context, record, error);
  } catch (const std::exception& problem) {
    spdlog::error("a connection could not be told about: {}", problem.what());
  }
  context.shared.connections.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace

void run_connection(WorkerContext& context, ServedPortPtr port, SocketHandle socket,
                    const asio::ip::tcp::endpoint& peer) {
  auto serving = serve_and_tell(context, std::move(port), std::move(socket), peer);
  context.shared.connections.fetch_add(1, std::memory_order_relaxed);
  spawn(std::move(serving));
}

}  // namespace otoroshi::gateway
