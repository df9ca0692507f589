#include "gateway/admin/health.h"

#include <string_view>

#include "common/json/writer.h"
#include "gateway/admin/answers.h"

namespace otoroshi::gateway {
namespace {

int status_of(bool well) {
  return well ? 200 : 503;
}

std::string_view word_for(bool well) {
  return well ? "healthy" : "unhealthy";
}

void add_part(JsonWriter& json, std::string_view name, bool initialized, std::string_view status) {
  json.key(name).begin_object();
  json.key("initialized").boolean(initialized);
  json.key("status").text(status).end_object();
}

AdminResponse answer_flag(std::string_view name, bool value) {
  JsonWriter json;
  json.begin_object().key(name).boolean(value).end_object();
  return json_answer(status_of(value), json.take());
}

}  // namespace

// There are no scripts here, which is as good as all of them loaded.
AdminResponse answer_health(const Health& health) {
  const auto gateway = word_for(health.is_ready());
  const auto store = word_for(health.store_works);
  JsonWriter json;
  json.begin_object();
  json.key("otoroshi").text(gateway);
  json.key("datastore").text(store);
  add_part(json, "proxy", health.started, gateway);
  add_part(json, "storage", true, store);
  add_part(json, "eventstore", true, word_for(true));
  add_part(json, "certificates", health.started, health.started ? "loaded" : "loading");
  add_part(json, "scripts", true, "loaded");
  json.end_object();
  return json_answer(status_of(health.is_well()), json.take());
}

AdminResponse answer_live() {
  return answer_flag("live", true);
}

AdminResponse answer_ready(const Health& health) {
  return answer_flag("ready", health.is_ready());
}

AdminResponse answer_startup(const Health& health) {
  return answer_flag("started", health.started);
}

}  // namespace otoroshi::gateway
