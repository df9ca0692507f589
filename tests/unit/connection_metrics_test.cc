#include "gateway/metrics/connection_metrics.h"

#include <catch2/catch.hpp>
#include <numeric>

#include "gateway/metrics/prometheus_text.h"
#include "gateway/metrics/write_metrics.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

const Error reset{ErrorCode::reset, Side::client, "the client reset the connection"};

TcpServicePtr service(std::string id, std::string name = "") {
  auto made = std::make_shared<TcpService>();
  made->id = std::move(id);
  made->name = std::move(name);
  return made;
}

// A connection that has moved bytes.
struct Connection {
  explicit Connection(TcpServicePtr of, std::uint64_t in = 0, std::uint64_t out = 0) {
    record.port = std::make_shared<ServedPort>();
    record.service = std::move(of);
    record.relaying = Clock::now();
    record.progress.bytes_from_client = in;
    record.progress.bytes_from_target = out;
  }
  ConnectionRecord record;
};

// A tunnel that was let in by this, or has not been yet.
struct Tunnel : Connection {
  explicit Tunnel(std::optional<AccessType> type) : Connection(nullptr, 3, 4) {
    auto port = std::make_shared<ServedPort>();
    port->is_tunnel = true;
    record.port = port;
    record.tunnel = std::make_unique<TunnelRecord>();
    if (type) {
      record.tunnel->caller.emplace().type = *type;
    } else {
      record.relaying = {};
    }
  }
};

const ServiceTraffic& traffic_of(const ConnectionMetrics& metrics, std::string_view id) {
  const auto found = metrics.services().find(id);
  REQUIRE(found != metrics.services().end());
  return found->second;
}

std::uint64_t ended(const Traffic& traffic, Ending ending) {
  return traffic.ended[static_cast<std::size_t>(ending)];
}

}  // namespace

TEST_CASE("a connection that is over counts by service and ending, with its bytes") {
  struct Row {
    std::optional<Error> error;
    bool was_relayed;
    Ending ending;
  };
  const Row rows[] = {
      {std::nullopt, true, Ending::normal},
      {reset, true, Ending::aborted},
      {reset, false, Ending::refused},
      {Error{ErrorCode::timed_out, Side::gateway, ""}, true, Ending::timed_out},
      {Error{ErrorCode::shut_down, Side::gateway, ""}, true, Ending::shut_down},
  };
  for (const auto& row : rows) {
    CAPTURE(name_of(row.ending));
    ConnectionMetrics metrics;
    Connection connection(service("a"), 10, 20);
    if (!row.was_relayed) connection.record.relaying = {};
    metrics.connection_ended(connection.record, row.error);
    const auto& traffic = traffic_of(metrics, "a");
    CHECK(ended(traffic, row.ending) == 1);
    CHECK(std::accumulate(traffic.ended.begin(), traffic.ended.end(), 0u) == 1);
    CHECK(traffic.bytes_from_client == 10);
    CHECK(traffic.bytes_from_target == 20);
    CHECK(traffic.active == 0);
  }
}

TEST_CASE("live connections count while they live, with the bytes so far, and never twice") {
  ConnectionMetrics worker;
  ConnectionRegistry registry;
  Connection ended_one(service("a"), 1, 2);
  worker.connection_ended(ended_one.record, std::nullopt);
  Connection live(service("a"), 100, 200);
  Connection other(service("b"), 5, 0);
  Connection unknown(nullptr, 0, 0);
  {
    ConnectionRegistry::Entry first(registry, live.record), second(registry, other.record),
        third(registry, unknown.record);
    for (int scrape = 0; scrape < 2; ++scrape) {
      auto copy = worker;
      copy.add_live(registry);
      CHECK(traffic_of(copy, "a").active == 1);
      CHECK(traffic_of(copy, "a").bytes_from_client == 101);
      CHECK(traffic_of(copy, "a").bytes_from_target == 202);
      CHECK(traffic_of(copy, "b").active == 1);
      CHECK(copy.services().size() == 2);
    }
    worker.connection_ended(live.record, std::nullopt);
  }
  worker.add_live(registry);
  CHECK(traffic_of(worker, "a").active == 0);
  CHECK(traffic_of(worker, "a").bytes_from_client == 101);
  CHECK(ended(traffic_of(worker, "a"), Ending::normal) == 2);
}

TEST_CASE("workers add up, and a service has the name that it had last") {
  ConnectionMetrics first, second, sum;
  first.connection_ended(Connection(service("a", "old")).record, std::nullopt);
  second.connection_ended(Connection(service("a", "new"), 7).record, reset);
  first.dials.count_failure({ErrorCode::refused, Side::target, ""});
  second.dials.count_failure({ErrorCode::refused, Side::target, ""});
  first.tunnel_refused("errors.no.api.key");
  second.tunnel_refused("errors.no.api.key");
  for (const auto* worker : {&second, &first}) sum.add(*worker);
  CHECK(traffic_of(sum, "a").name == "new");
  CHECK(ended(traffic_of(sum, "a"), Ending::normal) == 1);
  CHECK(ended(traffic_of(sum, "a"), Ending::aborted) == 1);
  CHECK(traffic_of(sum, "a").bytes_from_client == 7);
  CHECK(sum.refused_tunnels().at("errors.no.api.key") == 2);
  sum.dials.failures().for_each([](ErrorCode code, Side side, std::uint64_t count) {
    CHECK(code == ErrorCode::refused);
    CHECK(side == Side::target);
    CHECK(count == 2);
  });
}

TEST_CASE("a connection that ended before its service was known counts as nobody's") {
  ConnectionMetrics metrics;
  Connection connection(nullptr);
  connection.record.relaying = {};
  metrics.connection_ended(connection.record, reset);
  CHECK(ended(traffic_of(metrics, "(none)"), Ending::refused) == 1);
}

TEST_CASE("tunnels count by what let them in, and not as connections of services") {
  ConnectionMetrics metrics;
  ConnectionRegistry registry;
  Tunnel by_key(AccessType::apikey), live(AccessType::session), not_admitted(std::nullopt);
  metrics.connection_ended(by_key.record, std::nullopt);
  metrics.connection_ended(not_admitted.record, reset);
  ConnectionRegistry::Entry first(registry, live.record), second(registry, not_admitted.record);
  metrics.add_live(registry);
  CHECK(metrics.services().empty());
  const auto traffic = [&](AccessType type) { return metrics.tunnels()[static_cast<std::size_t>(type)]; };
  CHECK(ended(traffic(AccessType::apikey), Ending::normal) == 1);
  CHECK(traffic(AccessType::apikey).active == 0);
  CHECK(traffic(AccessType::session).active == 1);
  CHECK(traffic(AccessType::session).bytes_from_target == 4);
  CHECK(ended(traffic(AccessType::session), Ending::refused) == 0);
}

TEST_CASE("services that are gone keep their numbers, and beyond a bound the oldest share a row") {
  ConnectionMetrics metrics;
  const auto kept = service("kept");
  metrics.connection_ended(Connection(kept, 1).record, std::nullopt);
  constexpr auto many = 5 * ConnectionMetrics::gone_services_at_most;
  std::size_t most_rows = 0;
  for (std::size_t number = 0; number < many; ++number) {
    metrics.connection_ended(Connection(service("gone " + std::to_string(number)), 1).record, std::nullopt);
    most_rows = std::max(most_rows, metrics.services().size());
  }
  CHECK(most_rows <= ConnectionMetrics::gone_services_at_most + 3);
  CHECK(traffic_of(metrics, "kept").bytes_from_client == 1);
  CHECK(traffic_of(metrics, "gone " + std::to_string(many - 1)).bytes_from_client == 1);
  CHECK(metrics.services().count("gone 0") == 0);
  CHECK(traffic_of(metrics, "(gone)").bytes_from_client > 0);
  std::uint64_t all = 0;
  for (const auto& [id, traffic] : metrics.services()) all += traffic.bytes_from_client;
  CHECK(all == many + 1);
}

TEST_CASE("services that exist are never folded, however many") {
  ConnectionMetrics metrics;
  std::vector<TcpServicePtr> services;
  for (std::size_t number = 0; number < 3 * ConnectionMetrics::gone_services_at_most; ++number) {
    services.push_back(service(std::to_string(number)));
    metrics.connection_ended(Connection(services.back()).record, std::nullopt);
  }
  CHECK(metrics.services().size() == services.size());
}

TEST_CASE("what is written for a connection") {
  ConnectionMetrics metrics;
  metrics.connection_ended(Connection(service("a", "the \"A\""), 10, 20).record, reset);
  metrics.peek_failures.count({ErrorCode::protocol, Side::client, ""});
  PrometheusText text("");
  write_connections(text, metrics);
  const auto all = text.take();
  for (const auto* line : {
           R"(otoroshi_gateway_connections_active{service="a",service_name="the \"A\""} 0)",
           R"(otoroshi_gateway_connections_total{service="a",service_name="the \"A\"",outcome="aborted"} 1)",
           R"(otoroshi_gateway_connections_total{service="a",service_name="the \"A\"",outcome="normal"} 0)",
           R"(otoroshi_gateway_bytes_total{service="a",service_name="the \"A\"",direction="in"} 10)",
           R"(otoroshi_gateway_bytes_total{service="a",service_name="the \"A\"",direction="out"} 20)",
           R"(otoroshi_gateway_connection_errors_total{side="client",reason="reset"} 1)",
           R"(otoroshi_gateway_failures_total{phase="peek",side="client",reason="protocol"} 1)",
           R"(otoroshi_gateway_tunnels_active{access="apikey"} 0)",
       }) {
    CHECK_THAT(all, Catch::Contains(std::string(line) + "\n"));
  }
}
