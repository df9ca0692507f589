#include <sys/utsname.h>

#include <array>
#include <charconv>
#include <string_view>

#include "common/json/writer.h"
#include "gateway/admin/admin_context.h"
#include "gateway/admin/answers.h"

namespace otoroshi::gateway {
namespace {

constexpr std::string_view healthy = "healthy";

bool store_works(const AdminContext& context) {
  return !context.live.metrics().last_commit_failed();
}

// Otoroshi's probes answer by all of its health; so do these.
bool can_serve(const AdminContext& context) {
  return context.state.started && !context.state.draining && store_works(context);
}

void add_part(JsonWriter& json, std::string_view name, bool initialized, std::string_view status) {
  json.key(name).begin_object();
  json.key("initialized").boolean(initialized);
  json.key("status").text(status).end_object();
}

// What Otoroshi tells of itself (facts C6). There are no scripts here, which is as good as all of them
// loaded.
AdminResponse answer_health(const AdminContext& context) {
  const bool started = context.state.started;
  const auto gateway = started && !context.state.draining ? healthy : "unhealthy";
  const auto store = store_works(context) ? healthy : "unhealthy";
  const auto loaded = started ? "loaded" : "loading";
  JsonWriter json;
  json.begin_object();
  json.key("otoroshi").text(gateway);
  json.key("datastore").text(store);
  add_part(json, "proxy", started, gateway);
  add_part(json, "storage", true, store);
  add_part(json, "eventstore", true, healthy);
  add_part(json, "certificates", started, loaded);
  add_part(json, "scripts", true, "loaded");
  json.end_object();
  return json_answer(can_serve(context) ? 200 : 503, json.take());
}

AdminResponse answer_flag(std::string_view name, bool value) {
  JsonWriter json;
  json.begin_object().key(name).boolean(value).end_object();
  return json_answer(value ? 200 : 503, json.take());
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
  const auto health = [&context] { return answer_health(context); };
  const auto ready = [&context] { return answer_flag("ready", can_serve(context)); };
  const auto started = [&context] { return answer_flag("started", context.state.started); };
  const auto live = [] { return answer_flag("live", true); };
  const auto infos = [&context] { return answer_infos(context); };

  routes.add(reading("/health", "health", "How each part is; 503 unless all is well", Access::open, health));
  routes.add(reading("/live", "live", "Whether the gateway answers at all", Access::open, live));
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
