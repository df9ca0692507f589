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
Task<> route_by_host(WorkerContext& context, ConnectionRecord& record, InsideTls& inside) {
  auto limit = context.shared.config.timeouts.peek;
  auto seen = co_await peek(context.worker, *inside.client, PeekFor::http_host, limit);
  if (seen.name) record.server_name = *seen.name;
  bool http = seen.protocol == Peeked::Protocol::http;
  if (seen.problem) {
    inside.decision = std::unexpected(*seen.problem);
    inside.refusal = http ? RefusalForm::http_bad_request : RefusalForm::close;
  } else {
    inside.decision = record.port->table->route(seen.name);
    inside.refusal = http ? RefusalForm::http_not_found : RefusalForm::close;
  }
  inside.client = with_prefix(std::move(inside.client), std::move(seen.bytes));
}

}  // namespace

Task<InsideTls> enter_tls(WorkerContext& context, ConnectionRecord& record, StreamPtr client) {
  RoutingGate gate(*record.port->table);
  auto ssl = record.port->tls->new_ssl(context.certificates, &gate);
  auto tls = std::make_unique<TlsStream>(context.worker, std::move(client), std::move(ssl), Side::client);
  auto& session = *tls;
  InsideTls inside{std::move(tls), fail(ErrorCode::no_route, Side::client, "no name was asked for"), {}};
  record.client_stream = inside.client.get();

  Result<void> done;
  {
    auto limit = context.shared.config.timeouts.handshake;
    Deadline deadline(
        context.worker.timers(), limit, session,
        Error{ErrorCode::timed_out, Side::client,
              "the TLS handshake took longer than " + duration_text(limit) + " (timeouts.handshake)"});
    done = co_await session.handshake();
  }
  record.server_name = gate.name();
  if (gate.decision()) inside.decision = *gate.decision();
  if (!done) {
    // The gate's own sentence says more than OpenSSL's about the alert that it caused.
    if (inside.decision || !gate.decision()) inside.decision = std::unexpected(done.error());
    co_return inside;
  }
  if (auto subject = peer_subject(session.ssl())) record.client_certificate = *subject;
  if (!gate.decision()) co_await route_by_host(context, record, inside);
  record.client_stream = inside.client.get();
  co_return inside;
}

}  // namespace otoroshi::gateway
