#include "gateway/admin/new_entity.h"

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "gateway/admin/random_text.h"
#include "gateway/admin/request_body.h"

namespace otoroshi::gateway {
namespace {

// Otoroshi's lengths (facts C1).
constexpr std::size_t client_id_length = 16;
constexpr std::size_t client_secret_length = 64;
constexpr std::size_t session_id_length = 64;
constexpr std::size_t verifier_secret_length = 64;
constexpr std::chrono::hours session_life{24};

constexpr std::pair<std::string_view, std::string_view> templates[] = {
    // Otoroshi's own (facts C6), with the port that no rule of ours could guess.
    {"tcpServices",
     R"({"name": "TCP Proxy", "description": "A TCP Proxy", "port": 4200,
         "sni": {"forwardsTo": {"host": "42.42.42.42", "port": 4200}},
         "rules": [{"domain": "*", "targets": [{"host": "42.42.42.42", "port": 4200}]}]})"},
    {"routes",
     R"({"name": "New tunnel", "description": "A tunnel for the owners of API keys",
         "frontend": {"domains": ["tunnel.oto.tools"]},
         "backend": {"targets": [{"hostname": "127.0.0.1", "port": 22}]},
         "plugins": [{"plugin": "cp:otoroshi.next.plugins.TcpTunnel"},
                     {"plugin": "cp:otoroshi.next.plugins.ApikeyCalls"}]})"},
    {"apiKeys", R"({"clientName": "New API key", "description": "Good for no route yet"})"},
    {"jwtVerifiers",
     R"({"name": "New JWT verifier", "description": "Tokens that are signed with a shared secret",
         "source": {"type": "InHeader", "name": "Authorization", "remove": "Bearer "},
         "algoSettings": {"type": "HSAlgoSettings", "size": 512},
         "strategy": {"type": "PassThrough", "verificationSettings": {"fields": {}, "arrayFields": {}}}})"},
    {"appSessions", R"({"name": "Jane Doe", "email": "jane.doe@oto.tools"})"},
    {"certificates",
     R"({"name": "New certificate", "description": "Put the PEM texts in place of the dots",
         "chain": "-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n",
         "privateKey": "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n"})"},
};

std::string new_id_of(const EntityResource::Names& kind) {
  if (kind.section == "apiKeys") return random_text(client_id_length);
  if (kind.section == "appSessions") return random_text(session_id_length);
  return new_id(kind.id_prefix);
}

void fill_in_session(JsonDocument& session) {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto set_time = [&session](std::string_view name, auto time) {
    if (lacks(session, name))
      set_member(session, name, JsonValue(std::chrono::duration_cast<milliseconds>(time).count()));
  };
  set_time("createdAt", now);
  set_time("lastRefresh", now);
  set_time("expiredAt", now + session_life);
}

std::string_view example(std::string_view section) {
  for (const auto& [name, json] : templates) {
    if (name == section) return json;
  }
  return "{}";
}

}  // namespace

void fill_in(const EntityResource::Names& kind, JsonDocument& entity) {
  if (lacks(entity, kind.id_field)) set_text(entity, kind.id_field, new_id_of(kind));
  if (kind.section == "apiKeys" && lacks(entity, "clientSecret"))
    set_text(entity, "clientSecret", random_text(client_secret_length));
  if (kind.section == "appSessions") fill_in_session(entity);
}

std::string template_of(const EntityResource& resource) {
  auto entity = parse_json(example(resource.names().section));
  fill_in(resource.names(), *entity);
  if (resource.names().section == "jwtVerifiers") {
    auto& allocator = entity->GetAllocator();
    (*entity)["algoSettings"].AddMember("secret", text_value(*entity, random_text(verifier_secret_length)),
                                        allocator);
  }
  return *resource.with_all_fields(*entity);
}

}  // namespace otoroshi::gateway
