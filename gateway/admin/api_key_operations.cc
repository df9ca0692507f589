#include "gateway/admin/api_key_operations.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "gateway/admin/answers.h"
#include "gateway/admin/entity_answers.h"
#include "gateway/tunnel/api_key_check.h"

namespace otoroshi::gateway {
namespace {

const EntityResource& api_keys() {
  return *resource_of_section("apiKeys");
}

std::string quotas_json(const ApiKey& key, Quotas& quotas) {
  const auto used = quotas.used(key.client_id, std::chrono::system_clock::now());
  JsonWriter json;
  json.begin_object();
  const auto write = [&json](std::string_view period, std::int64_t quota, std::int64_t count) {
    json.key(std::string("authorizedCalls").append(period)).number(quota);
    json.key(std::string("currentCalls").append(period)).number(count);
    json.key(std::string("remainingCalls").append(period)).number(std::max<std::int64_t>(quota - count, 0));
  };
  write("PerSec", key.throttling_quota, used.second);
  write("PerDay", key.daily_quota, used.day);
  write("PerMonth", key.monthly_quota, used.month);
  return json.end_object().take();
}

std::string bearer_json(const ApiKey& key) {
  JsonWriter json;
  json.begin_object().key("bearer").text(bearer_of(key)).end_object();
  return json.take();
}

}  // namespace

void add_api_key_operations(AdminRoutes& routes, const std::shared_ptr<const EntityBackend>& backend,
                            Quotas& quotas) {
  const auto add = [&](std::string method, std::string path, std::string id, std::string summary,
                       std::function<std::string(const ApiKey&)> json) {
    routes.add({.method = std::move(method),
                .path = std::string("/api/apikeys/:id").append(path),
                .answer =
                    [backend, json = std::move(json)](const AdminRequest& request) {
                      const auto client_id = request.path_parameter("id");
                      const auto index = api_keys().find(backend->entities(), client_id);
                      if (!index) return no_such_entity(api_keys(), client_id);
                      return json_answer(200, json(*backend->entities().tunnel.api_keys[*index]));
                    },
                .tag = "apikeys",
                .summary = std::move(summary),
                .id = std::move(id)});
  };
  const auto show = [&quotas](const ApiKey& key) { return quotas_json(key, quotas); };
  const auto reset = [&quotas](const ApiKey& key) {
    quotas.reset(key.client_id);
    return quotas_json(key, quotas);
  };
  add("GET", "/quotas", "quotasOfApiKey", "How many tunnels the key has opened, and may still open", show);
  add("DELETE", "/quotas", "resetQuotasOfApiKey", "Lets the key's quotas begin anew", reset);
  add("GET", "/bearer", "bearerOfApiKey", "The key's id and secret in one signed text", bearer_json);
}

}  // namespace otoroshi::gateway
