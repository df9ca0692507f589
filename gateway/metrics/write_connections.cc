#include "gateway/metrics/write_metrics.h"

namespace otoroshi::gateway {
namespace {

using enum MetricType;

constexpr MetricFamily connections_active{"otoroshi_gateway_connections_active", gauge,
                                          "Live connections of TCP services."};
constexpr MetricFamily connections_total{"otoroshi_gateway_connections_total", counter,
                                         "Connections of TCP services that have ended, by how they ended."};
constexpr MetricFamily bytes_total{
    "otoroshi_gateway_bytes_total", counter,
    "Bytes relayed for TCP services: in, from the client to the target; out, back."};
constexpr MetricFamily connection_errors{
    "otoroshi_gateway_connection_errors_total", counter,
    "Connections and tunnels that were refused, aborted, timed out or shut down, by whose fault and why."};
constexpr MetricFamily failures{"otoroshi_gateway_failures_total", counter,
                                "Attempts that failed: peeks, TLS handshakes of clients and with targets, "
                                "dials, by whose fault and why."};
constexpr MetricFamily dial_duration{
    "otoroshi_gateway_dial_duration_seconds", histogram,
    "Time that successful dials of targets took, with resolving their names."};
constexpr MetricFamily handshake_duration{"otoroshi_gateway_tls_handshake_duration_seconds", histogram,
                                          "Time that successful TLS handshakes took, by who was at the other "
                                          "end."};
constexpr MetricFamily tunnels_active{"otoroshi_gateway_tunnels_active", gauge,
                                      "Open tunnels, by what let their client in."};
constexpr MetricFamily tunnels_total{
    "otoroshi_gateway_tunnels_total", counter,
    "Tunnels that were open and have ended, by what had let their client in and how they ended."};
constexpr MetricFamily tunnel_bytes{
    "otoroshi_gateway_tunnel_bytes_total", counter,
    "Bytes relayed in tunnels: in, from the client to the target; out, back."};
constexpr MetricFamily tunnels_refused{
    "otoroshi_gateway_tunnels_refused_total", counter,
    "Requests for a tunnel that were refused, by the cause in the answer."};

double number(std::uint64_t count) {
  return static_cast<double>(count);
}

constexpr auto ending(std::size_t index) {
  return static_cast<Ending>(index);
}

void write_services(MetricsWriter& writer, const ConnectionMetrics& connections) {
  writer.begin(connections_active);
  for (const auto& [id, traffic] : connections.services())
    writer.value(number(traffic.active), {{"service", id}, {"service_name", traffic.name}});

  writer.begin(connections_total);
  for (const auto& [id, traffic] : connections.services()) {
    for (std::size_t index = 0; index < number_of_endings; ++index) {
      writer.value(number(traffic.ended[index]),
                   {{"service", id}, {"service_name", traffic.name}, {"outcome", name_of(ending(index))}});
    }
  }

  writer.begin(bytes_total);
  for (const auto& [id, traffic] : connections.services()) {
    writer.value(number(traffic.bytes_from_client),
                 {{"service", id}, {"service_name", traffic.name}, {"direction", "in"}});
    writer.value(number(traffic.bytes_from_target),
                 {{"service", id}, {"service_name", traffic.name}, {"direction", "out"}});
  }
}

void write_failures(MetricsWriter& writer, std::string_view phase, const FailureCounts& counts) {
  counts.for_each([&](ErrorCode code, Side side, std::uint64_t count) {
    writer.value(number(count), {{"phase", phase}, {"side", name_of(side)}, {"reason", name_of(code)}});
  });
}

void write_attempts(MetricsWriter& writer, const ConnectionMetrics& connections) {
  writer.begin(connection_errors);
  connections.errors().for_each([&](ErrorCode code, Side side, std::uint64_t count) {
    writer.value(number(count), {{"side", name_of(side)}, {"reason", name_of(code)}});
  });

  writer.begin(failures);
  write_failures(writer, "peek", connections.peek_failures);
  write_failures(writer, "client_handshake", connections.client_handshakes.failures());
  write_failures(writer, "dial", connections.dials.failures());
  write_failures(writer, "target_handshake", connections.target_handshakes.failures());

  writer.begin(dial_duration);
  writer.durations(connections.dials.durations());
  writer.begin(handshake_duration);
  writer.durations(connections.client_handshakes.durations(), {{"side", name_of(Side::client)}});
  writer.durations(connections.target_handshakes.durations(), {{"side", name_of(Side::target)}});
}

// visit(name of the access type, its traffic)
template <class Visit>
void for_each_access(const ConnectionMetrics& connections, const Visit& visit) {
  for (std::size_t index = 0; index < number_of_access_types; ++index)
    visit(name_of(static_cast<AccessType>(index)), connections.tunnels()[index]);
}

void write_tunnels(MetricsWriter& writer, const ConnectionMetrics& connections) {
  writer.begin(tunnels_active);
  for_each_access(connections, [&](std::string_view access, const Traffic& traffic) {
    writer.value(number(traffic.active), {{"access", access}});
  });

  writer.begin(tunnels_total);
  for_each_access(connections, [&](std::string_view access, const Traffic& traffic) {
    for (std::size_t index = 0; index < number_of_endings; ++index) {
      writer.value(number(traffic.ended[index]), {{"access", access}, {"outcome", name_of(ending(index))}});
    }
  });

  writer.begin(tunnel_bytes);
  for_each_access(connections, [&](std::string_view access, const Traffic& traffic) {
    writer.value(number(traffic.bytes_from_client), {{"access", access}, {"direction", "in"}});
    writer.value(number(traffic.bytes_from_target), {{"access", access}, {"direction", "out"}});
  });

  writer.begin(tunnels_refused);
  for (const auto& [cause, count] : connections.refused_tunnels())
    writer.value(number(count), {{"reason", cause}});
}

}  // namespace

void write_connections(MetricsWriter& writer, const ConnectionMetrics& connections) {
  write_services(writer, connections);
  write_attempts(writer, connections);
  write_tunnels(writer, connections);
}

}  // namespace otoroshi::gateway
