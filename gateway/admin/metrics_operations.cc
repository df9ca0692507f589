#include "gateway/admin/admin_context.h"
#include "gateway/admin/answers.h"
#include "gateway/metrics/metrics_json.h"
#include "gateway/metrics/prometheus_text.h"
#include "gateway/metrics/write_metrics.h"

namespace otoroshi::gateway {
namespace {

ConnectionMetrics sum_of_workers(AcceptingWorkers& workers) {
  std::vector<ConnectionMetrics> copies(workers.size());
  on_every_worker(workers, [&copies](AcceptingWorker& worker, std::size_t index) {
    copies[index] = worker.context.metrics;
    copies[index].add_live(worker.context.registry);
  });
  ConnectionMetrics sum;
  for (const auto& copy : copies) sum.add(copy);
  return sum;
}

GatewayNumbers numbers_of(const AdminContext& context, const Snapshot& snapshot) {
  return {.listeners = context.state.draining ? 0 : snapshot.ports.size(),
          .paused_listeners = context.shared.paused_listeners.load(std::memory_order_relaxed),
          .connection_limit = context.shared.connection_limit,
          .dropped_events = context.shared.events.dropped()};
}

void write_all(MetricsWriter& writer, AdminContext& context) {
  const auto& snapshot = *context.live.snapshot();
  write_connections(writer, sum_of_workers(context.workers));
  write_changes(writer, context.live.metrics());
  write_entities(writer, snapshot.entities);
  write_certificates(writer, snapshot.tls->certificates()->all(), snapshot.entities.certificates);
  write_gateway(writer, numbers_of(context, snapshot));
  write_process(writer, process_usage());
}

// Otoroshi's default is JSON; ours is what a scraper that says nothing expects.
AdminResponse answer_metrics(AdminContext& context, const AdminRequest& request) {
  const auto format = request.parameter("format").value_or("prometheus");
  const std::string filter(request.parameter("filter").value_or(""));
  if (format == "json") {
    MetricsJson json(filter);
    write_all(json, context);
    return json_answer(200, json.take());
  }
  if (format != "prometheus" && format != "prom")
    return error_answer(400, "bad_format", "format: must be 'prometheus' or 'json'");
  PrometheusText text(filter);
  write_all(text, context);
  return {.body = text.take(), .content_type = std::string(PrometheusText::content_type), .headers = {}};
}

}  // namespace

void add_metrics_operations(AdminRoutes& routes, AdminContext& context) {
  const auto answer = [&context](const AdminRequest& request) { return answer_metrics(context, request); };
  routes.add({.method = "GET",
              .path = "/metrics",
              .answer = answer,
              .access = Access::metrics,
              .tag = "health",
              .summary = "All metrics, as Prometheus text or JSON",
              .id = "metrics",
              .query = {"format", "filter"},
              .response_type = "text/plain"});
  routes.add({.method = "GET",
              .path = "/apis/cluster/node/metrics",
              .answer = answer,
              .tag = "health",
              .summary = "The same as /metrics, always behind the admin key",
              .id = "nodeMetrics",
              .query = {"format", "filter"},
              .response_type = "text/plain"});
}

}  // namespace otoroshi::gateway
