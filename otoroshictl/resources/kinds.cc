#include "otoroshictl/resources/kinds.h"

#include <algorithm>
#include <vector>

#include "common/text/ascii.h"
#include "common/text/nearest.h"
#include "common/text/percent.h"
#include "common/text/quoted.h"

namespace otoroshi::ctl {
namespace {

constexpr Column certificate_columns[] = {{"ID", "id"},         {"NAME", "name"},
                                          {"DOMAIN", "domain"}, {"CA", "ca"},
                                          {"CLIENT", "client"}, {"EXPIRES", "to", ColumnFormat::date}};
constexpr Column verifier_columns[] = {
    {"ID", "id"}, {"NAME", "name"}, {"ENABLED", "enabled"}, {"ALGORITHM", "algoSettings.type"}};
constexpr Column service_columns[] = {
    {"ID", "id"},     {"NAME", "name"}, {"ENABLED", "enabled"}, {"INTERFACE", "interface"},
    {"PORT", "port"}, {"TLS", "tls"},   {"RULES", "rules"}};
constexpr Column route_columns[] = {{"ID", "id"},
                                    {"NAME", "name"},
                                    {"ENABLED", "enabled"},
                                    {"DOMAINS", "frontend.domains"},
                                    {"TARGETS", "backend.targets"},
                                    {"PLUGINS", "plugins"}};
constexpr Column key_columns[] = {{"CLIENT ID", "clientId"},
                                  {"NAME", "clientName"},
                                  {"ENABLED", "enabled"},
                                  {"AUTHORIZED", "authorizedEntities"},
                                  {"EXPIRES", "validUntil", ColumnFormat::date}};
// Its id opens nothing without the signature that only the gateway can make, and without it nobody could say
// which session to delete.
constexpr Column session_columns[] = {
    {"ID", "randomId"}, {"NAME", "name"}, {"EMAIL", "email"}, {"EXPIRES", "expiredAt", ColumnFormat::date}};

constexpr ResourceKind kinds[] = {
    {"certificates", "certificate", "Certificate", "pki.otoroshi.io", "certificates", "certificates", "id",
     certificate_columns},
    {"jwt-verifiers", "jwt-verifier", "JwtVerifier", "security.otoroshi.io", "verifiers", "jwtVerifiers",
     "id", verifier_columns},
    {"tcp-services", "tcp-service", "TcpService", "proxy.otoroshi.io", "tcp/services", "tcpServices", "id",
     service_columns},
    {"routes", "route", "Route", "proxy.otoroshi.io", "routes", "routes", "id", route_columns},
    {"apikeys", "apikey", "ApiKey", "apim.otoroshi.io", "apikeys", "apiKeys", "clientId", key_columns},
    {"apps-sessions", "apps-session", "AppSession", "security.otoroshi.io", "apps-sessions", "appSessions",
     "randomId", session_columns}};

}  // namespace

std::span<const ResourceKind> resource_kinds() {
  return kinds;
}

Result<const ResourceKind*> find_kind(std::string_view name) {
  std::vector<std::string_view> plurals;
  for (const auto& kind : kinds) {
    const auto qualified = qualified_name(kind);
    for (const std::string_view known : {kind.plural, kind.singular, kind.kind, std::string_view(qualified)})
      if (equal_ignoring_case(name, known)) return &kind;
    plurals.push_back(kind.plural);
  }
  std::string sentence = quoted(name) + " is no kind of entity";
  if (const auto meant = nearest(name, plurals))
    sentence.append(", did you mean ").append(*meant).append("?");
  else
    for (const auto plural : plurals) sentence.append(plural == plurals.front() ? ": " : ", ").append(plural);
  return fail(ErrorCode::bad_input, Side::client, std::move(sentence));
}

std::string path_of(const ResourceKind& kind) {
  return std::string("/apis/").append(kind.group).append("/v1/").append(kind.plural);
}

std::string path_of(const ResourceKind& kind, std::string_view id) {
  return path_of(kind) + '/' + percent_encode(id);
}

std::string qualified_name(const ResourceKind& kind) {
  return std::string(kind.group).append("/").append(kind.kind);
}

}  // namespace otoroshi::ctl
