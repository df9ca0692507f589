#include <sys/utsname.h>

#include <array>
#include <charconv>
#include <string_view>

#include "common/json/writer.h"
#include "gateway/admin/admin_context.h"
#include "gateway/admin/answers.h"
#include "gateway/admin/health.h"

namespace otoroshi::gateway {
namespace {

Health health_of(const AdminContext& context) {
  return {context.state.started, context.state.draining, !context.live.metrics().last_commit_failed()};
}

// "0.1.0" and its numbers.
void add_version(JsonWriter& json) {
  constexpr std::string_view version = OTOROSHI_VERSION;
  std::array<int, 3> numbers{};
  const auto* next = version.begin();
  for (auto& number : numbers) {
    next = std::from_chars(next, version.end(), number).ptr;
    if (next != version.end()) ++next;  // '.'
  }
  json.begin_object().key("raw").text(version);
  json.key("major").number(numbers[0]).key("minor").number(numbers[1]).key("patch").number(numbers[2]);
  json.end_object();
}

AdminResponse answer_version() {
  JsonWriter json;
  add_version(json);
  return json_answer(200, json.take());
}

AdminResponse answer_infos(const AdminContext& context) {
  utsname machine{};
  ::uname(&machine);
  JsonWriter json;
  json.begin_object();
  json.key("otoroshi_version").text(OTOROSHI_VERSION);
  json.key("otoroshi_version_sem");
  add_version(json);
  json.key("os").begin_object();
  json.key("name").text(machine.sysname).key("version").text(machine.release);
  json.key("arch").text(machine.machine).end_object();
  json.key("datastore").text(name_in<StoreType>(store_types, context.config.store.type));
  json.key("workers").number(context.workers.size());
  json.end_object();
  return json_answer(200, json.take());
}

// One that anybody may read, or only who has the key.
Operation reading(std::string path, std::string id, std::string summary, Access access,
                  std::function<AdminResponse()> answer) {
  return {.method = "GET",
          .path = std::move(path),
          .answer = [answer = std::move(answer)](const AdminRequest&) { return answer(); },
          .access = access,
          .tag = "health",
          .summary = std::move(summary),
          .id = std::move(id)};
}

}  // namespace

void add_health_operations(AdminRoutes& routes, AdminContext& context) {
  const auto health = [&context] { return answer_health(health_of(context)); };
  const auto ready = [&context] { return answer_ready(health_of(context)); };
  const auto started = [&context] { return answer_startup(health_of(context)); };
  const auto infos = [&context] { return answer_infos(context); };

  routes.add(reading("/health", "health", "How each part is; 503 unless all is well", Access::open, health));
  routes.add(reading("/live", "live", "Whether the gateway answers at all", Access::open, answer_live));
  routes.add(
      reading("/ready", "ready", "Whether to send it connections; 503 while it drains", Access::open, ready));
  routes.add(reading("/startup", "startup", "Whether it has started; 503 before", Access::open, started));

  routes.add(reading("/apis/cluster/node/health", "nodeHealth", "The same as /health", Access::key, health));
  routes.add(
      reading("/apis/cluster/node/version", "nodeVersion", "The version", Access::key, answer_version));
  for (const auto& [path, id] :
       {std::pair("/apis/cluster/node/infos", "nodeInfos"), std::pair("/api/infos", "infos")})
    routes.add(reading(path, id, "Version, machine and store", Access::key, infos));
}

}  // namespace otoroshi::gateway
