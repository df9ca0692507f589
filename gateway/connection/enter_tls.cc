#include "gateway/connection/enter_tls.h"

#include "common/net/prefixed_stream.h"
#include "common/net/tls_stream.h"
#include "common/text/duration.h"
#include "gateway/connection/peek.h"

namespace otoroshi::gateway {
namespace {

// Routes by SNI from inside the handshake.
class RoutingGate final : public ServerNameGate {
 public:
  explicit RoutingGate(const ServiceTable& table) : table_(table) {}

  bool admit(std::optional<std::string_view> server_name) override {
    if (server_name) name_ = *server_name;
    if (!server_name && table_.sni_enabled()) return true;  // a Host may follow inside
    decision_ = table_.route(server_name);
    return decision_->has_value();
  }

  const std::string& name() const { return name_; }
  std::optional<Result<Decision>>& decision() { return decision_; }

 private:
  const ServiceTable& table_;
  std::string name_;
  std::optional<Result<Decision>> decision_;
};

// For a client that sent no SNI.
Task<InsideTls> route_by_host(WorkerContext& context, ConnectionRecord& record) {
  auto limit = context.shared.config.timeouts.peek;
  auto seen = co_await peek(context.worker, *record.client_stream, PeekFor::http_host, limit);
  if (seen.name) record.server_name = *seen.name;
  record.client_stream = with_prefix(std::move(record.client_stream), std::move(seen.bytes));
  bool http = seen.protocol == Peeked::Protocol::http;
  if (seen.problem) {
    context.metrics.peek_failures.count(*seen.problem);
    co_return InsideTls{std::unexpected(std::move(*seen.problem)),
                        http ? RefusalForm::http_bad_request : RefusalForm::close};
  }
  co_return InsideTls{record.port->table->route(seen.name),
                      http ? RefusalForm::http_not_found : RefusalForm::close};
}

}  // namespace

Task<Result<void>> end_client_tls(WorkerContext& context, ConnectionRecord& record, ServerNameGate* gate) {
  auto ssl = record.port->tls->new_ssl(context.certificates, gate);
  auto tls = std::make_unique<TlsStream>(context.worker, std::move(record.client_stream), std::move(ssl),
                                         Side::client);
  auto& session = *tls;
  record.client_stream = std::move(tls);

  const auto begun = Clock::now();
  Result<void> done;
  {
    auto limit = context.shared.config.timeouts.handshake;
    Deadline deadline(
        context.worker.timers(), limit, session,
        Error{ErrorCode::timed_out, Side::client,
              "the TLS handshake took longer than " + duration_text(limit) + " (timeouts.handshake)"});
    done = co_await session.handshake();
  }
  if (done && client_certificate_has_expired(session.ssl())) {
    done = fail(ErrorCode::untrusted, Side::client,
                "the client's certificate has expired since its TLS session began; it must begin a new one");
  }
  context.metrics.client_handshakes.record(begun, done);
  if (!done) {
    record.client_stream = session.take_under();
    co_return done;
  }
  if (record.port->is_tunnel) session.take_fin_for_an_end();
  if (auto subject = peer_subject(session.ssl())) record.client_certificate = *subject;
  co_return done;
}

Task<InsideTls> enter_tls(WorkerContext& context, ConnectionRecord& record) {
  RoutingGate gate(*record.port->table);
  auto done = co_await end_client_tls(context, record, &gate);
  record.server_name = gate.name();
  // The gate's own sentence says more than OpenSSL's about the alert that it caused.
  if (gate.decision() && (done || !gate.decision()->has_value()))
    co_return InsideTls{std::move(*gate.decision()), {}};
  if (!done) co_return InsideTls{std::unexpected(std::move(done.error())), {}};
  co_return co_await route_by_host(context, record);
}

}  // namespace otoroshi::gateway
