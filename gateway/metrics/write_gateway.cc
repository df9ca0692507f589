#include <set>
#include <string>
#include <tuple>

#include "gateway/metrics/write_metrics.h"
#include "gateway/store/entity_kinds.h"

namespace otoroshi::gateway {
namespace {

using enum MetricType;

constexpr MetricFamily commit_duration{"otoroshi_gateway_store_commit_duration_seconds", histogram,
                                       "Time that making a change of entities durable took."};
constexpr MetricFamily commit_failures{"otoroshi_gateway_store_commit_failures_total", counter,
                                       "Changes of entities that could not be made durable."};
constexpr MetricFamily build_duration{"otoroshi_gateway_snapshot_build_duration_seconds", histogram,
                                      "Time that building what is served from the entities took."};
constexpr MetricFamily apply_duration{"otoroshi_gateway_snapshot_apply_duration_seconds", histogram,
                                      "Time until all workers served by a new snapshot."};
constexpr MetricFamily entities_of_kind{"otoroshi_gateway_entities", gauge,
                                        "Stored entities, the disabled ones too, by kind."};
constexpr MetricFamily certificate_expiry{
    "otoroshi_gateway_certificate_expiry_timestamp_seconds", gauge,
    "When each stored certificate and each of certificates.dir expires, in seconds since 1970."};
constexpr MetricFamily listeners_open{"otoroshi_gateway_listeners_open", gauge,
                                      "Addresses with a port that are open for services and tunnels."};
constexpr MetricFamily listeners_paused{
    "otoroshi_gateway_listeners_paused", gauge,
    "Listening sockets, one per address and worker, that wait for descriptors or for connections to end."};
constexpr MetricFamily connection_limit{"otoroshi_gateway_connection_limit", gauge,
                                        "Live connections and tunnels, of all, at which accepting pauses."};
constexpr MetricFamily dropped_events{"otoroshi_gateway_events_dropped_total", counter,
                                      "Events that were lost because they could not be written."};
constexpr MetricFamily build_info{"otoroshi_gateway_build_info", gauge, "The version that runs; always 1."};

constexpr MetricFamily cpu_seconds{"process_cpu_seconds_total", counter,
                                   "User and system time of all threads."};
constexpr MetricFamily open_descriptors{"process_open_fds", gauge, "Open file descriptors."};
constexpr MetricFamily descriptor_limit{"process_max_fds", gauge,
                                        "File descriptors that the process may have open."};
constexpr MetricFamily resident_memory{"process_resident_memory_bytes", gauge, "Memory in use."};
constexpr MetricFamily start_time{"process_start_time_seconds", gauge,
                                  "When the process began, in seconds since 1970."};

void write_one(MetricsWriter& writer, const MetricFamily& family, double value) {
  writer.begin(family);
  writer.value(value);
}

void write_one(MetricsWriter& writer, const MetricFamily& family, const DurationHistogram& durations) {
  writer.begin(family);
  writer.durations(durations);
}

}  // namespace

void write_changes(MetricsWriter& writer, const ControlMetrics& changes) {
  write_one(writer, commit_duration, changes.commits());
  write_one(writer, commit_failures, static_cast<double>(changes.failed_commits()));
  write_one(writer, build_duration, changes.builds());
  write_one(writer, apply_duration, changes.applies());
}

void write_entities(MetricsWriter& writer, const Entities& entities) {
  writer.begin(entities_of_kind);
  for_each_kind([&]<class Entity>(const EntityKind<Entity>& kind) {
    writer.value(static_cast<double>(list_of<Entity>(entities).size()), {{"kind", kind.api.plural}});
  });
}

void write_certificates(MetricsWriter& writer, std::span<const CertificatePtr> shown,
                        const EntityList<StoredCertificate>& stored) {
  writer.begin(certificate_expiry);
  const auto& kind = std::get<EntityKind<StoredCertificate>>(entity_kinds());
  std::set<std::string, std::less<>> written;  // origins
  for (const auto& certificate : stored) {
    written.insert(described(kind, *certificate));
    const auto& name = certificate->domain.empty() ? certificate->subject : certificate->domain;
    writer.value(static_cast<double>(certificate->to) / 1000,
                 {{"source", "stored"}, {"certificate", certificate->id}, {"name", name}});
  }
  for (const auto& certificate : shown) {
    if (!written.insert(certificate->origin).second) continue;
    const auto name = certificate->names.empty() ? std::string_view() : certificate->names.front();
    writer.value(static_cast<double>(certificate->not_after),
                 {{"source", "file"}, {"certificate", certificate->origin}, {"name", name}});
  }
}

void write_gateway(MetricsWriter& writer, const GatewayNumbers& gateway) {
  write_one(writer, listeners_open, static_cast<double>(gateway.listeners));
  write_one(writer, listeners_paused, static_cast<double>(gateway.paused_listeners));
  write_one(writer, connection_limit, static_cast<double>(gateway.connection_limit));
  write_one(writer, dropped_events, static_cast<double>(gateway.dropped_events));
  writer.begin(build_info);
  writer.value(1, {{"version", OTOROSHI_VERSION}});
}

void write_process(MetricsWriter& writer, const ProcessUsage& process) {
  write_one(writer, cpu_seconds, process.cpu_seconds);
  write_one(writer, open_descriptors, static_cast<double>(process.open_descriptors));
  write_one(writer, descriptor_limit, static_cast<double>(process.descriptor_limit));
  write_one(writer, resident_memory, static_cast<double>(process.resident_bytes));
  write_one(writer, start_time, process.start_time);
}

}  // namespace otoroshi::gateway
