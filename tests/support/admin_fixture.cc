#include "tests/support/admin_fixture.h"

#include <catch2/catch.hpp>

#include "gateway/admin/api_key_operations.h"
#include "gateway/admin/entity_operations.h"
#include "gateway/admin/exchange_operations.h"
#include "gateway/admin/openapi_operations.h"

namespace otoroshi::gateway {
namespace {

GatewayConfig without_tunnel() {
  GatewayConfig config;
  config.tunnel.port = 0;
  config.secret = "secret of the tests";
  return config;
}

TextPairs parameters_of(std::string_view query) {
  TextPairs parameters;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    const auto equals = pair.find('=');
    parameters.emplace_back(pair.substr(0, equals), equals == pair.npos ? "" : pair.substr(equals + 1));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  return parameters;
}

}  // namespace

AdminFixture::AdminFixture()
    : config_(without_tunnel()), live_(config_, listeners_, tls_, std::make_unique<MemoryStore>()) {
  const auto drain = [this](const TcpService& gone, EntityBackend::Delay after) {
    drained_.push_back(gone.id + ' ' + std::to_string(after.count()));
  };
  const auto backend = std::make_shared<const EntityBackend>(live_, drain);
  add_entity_operations(routes_, backend);
  add_api_key_operations(routes_, backend, quotas_);
  add_exchange_operations(routes_, backend);
  add_openapi_operations(routes_);
}

AdminResponse AdminFixture::ask(std::string method, std::string target, std::string body, TextPairs headers) {
  AdminRequest request{.method = std::move(method),
                       .target = target,
                       .path = {},
                       .query = {},
                       .headers = std::move(headers),
                       .body = std::move(body),
                       .remote = "127.0.0.1",
                       .path_parameters = {}};
  const auto question_mark = std::min(target.find('?'), target.size());
  request.path = target.substr(0, question_mark);
  request.query = parameters_of(std::string_view(target).substr(std::min(question_mark + 1, target.size())));
  bool path_is_known = false;
  const auto* operation = routes_.find(request, path_is_known);
  CAPTURE(request.method, request.path);
  REQUIRE(operation);
  return operation->answer(request);
}

JsonDocument AdminFixture::json(const AdminResponse& answer) {
  CAPTURE(answer.body);
  auto document = parse_json(answer.body);
  REQUIRE(document);
  return std::move(*document);
}

std::string header_of(const AdminResponse& answer, std::string_view name) {
  for (const auto& [known, value] : answer.headers) {
    if (known == name) return value;
  }
  return "";
}

}  // namespace otoroshi::gateway
