// The metrics of the gateway: their names, and the numbers that are theirs. docs/metrics.md explains each.
// (pure)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "common/net/certificate.h"
#include "gateway/metrics/connection_metrics.h"
#include "gateway/metrics/control_metrics.h"
#include "gateway/metrics/metrics_writer.h"
#include "gateway/metrics/process_usage.h"
#include "gateway/store/entities.h"

namespace otoroshi::gateway {

void write_connections(MetricsWriter& writer, const ConnectionMetrics& connections);

void write_changes(MetricsWriter& writer, const ControlMetrics& changes);
void write_entities(MetricsWriter& writer, const Entities& entities);
// `shown`: to clients, those of the folder among them; `stored` are told whether they are shown or not.
void write_certificates(MetricsWriter& writer, std::span<const CertificatePtr> shown,
                        const EntityList<StoredCertificate>& stored);

struct GatewayNumbers {
  std::size_t listeners = 0;
  std::size_t paused_listeners = 0;  // of each worker
  std::size_t connection_limit = 0;
  std::uint64_t dropped_events = 0;
};
void write_gateway(MetricsWriter& writer, const GatewayNumbers& gateway);
void write_process(MetricsWriter& writer, const ProcessUsage& process);

}  // namespace otoroshi::gateway
