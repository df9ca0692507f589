#include "gateway/store/entity_kinds.h"

#include <ctime>
#include <memory>

#include "common/model/api_key_check.h"
#include "common/model/api_key_json.h"
#include "common/model/app_session_json.h"
#include "common/model/jwt_verifier_check.h"
#include "common/model/jwt_verifier_json.h"
#include "common/model/route_json.h"
#include "common/model/stored_certificate_check.h"
#include "common/model/stored_certificate_json.h"
#include "common/model/tcp_service_check.h"
#include "common/model/tcp_service_json.h"
#include "gateway/tunnel/jwt_checker.h"
#include "gateway/tunnel/tunnel_route.h"

namespace otoroshi::gateway {
namespace {

template <class Entity>
Problems nothing(const Entity&) {
  return {};
}

Problems warnings_now(const StoredCertificate& certificate) {
  return otoroshi::warnings(certificate, std::time(nullptr));
}

// Also that its keys are keys.
Problems check_verifier(const JwtVerifier& verifier) {
  auto problems = otoroshi::check(verifier);
  if (!problems.empty()) return problems;
  const auto checker = JwtChecker::make(std::make_shared<const JwtVerifier>(verifier));
  if (!checker) problems.push_back({"", checker.error().sentence});
  return problems;
}

std::string identity_of_service(const TcpService& service) {
  return service.name + '\n' + service.interface + '\n' + std::to_string(service.port);
}

std::string identity_of_route(const Route& route) {
  auto identity = route.name;
  for (const auto& domain : route.frontend.domains) identity += '\n' + domain;
  return identity;
}

std::string identity_of_verifier(const JwtVerifier& verifier) {
  return verifier.name;
}

std::string identity_of_certificate(const StoredCertificate& certificate) {
  return certificate.chain;
}

}  // namespace

const EntityKinds& entity_kinds() {
  static const EntityKinds table = {
      {.section = "tcpServices",
       .noun = "service",
       .id_field = "id",
       .id = &TcpService::id,
       .name = &TcpService::name,
       .id_is_secret = false,
       .description = tcp_service_description,
       .check = otoroshi::check,
       .warnings = otoroshi::warnings,
       .id_prefix = "tcp_service_",
       .identity = identity_of_service,
       .api = {.path = "tcp/services",
               .group = "proxy.otoroshi.io",
               .plural = "tcp-services",
               .singular = "tcp-service",
               .kind = "TcpService"}},
      {.section = "routes",
       .noun = "route",
       .id_field = "id",
       .id = &Route::id,
       .name = &Route::name,
       .id_is_secret = false,
       .description = route_description,
       .check = check,
       .warnings = warnings,
       .id_prefix = "route_",
       .identity = identity_of_route,
       .api = {.path = "routes",
               .group = "proxy.otoroshi.io",
               .plural = "routes",
               .singular = "route",
               .kind = "Route"}},
      {.section = "apiKeys",
       .noun = "API key",
       .id_field = "clientId",
       .id = &ApiKey::client_id,
       .name = &ApiKey::client_name,
       .id_is_secret = false,
       .description = api_key_description,
       .check = otoroshi::check,
       .warnings = otoroshi::warnings,
       .id_prefix = {},
       .identity = nullptr,
       .api = {.path = "apikeys",
               .group = "apim.otoroshi.io",
               .plural = "apikeys",
               .singular = "apikey",
               .kind = "ApiKey"}},
      {.section = "jwtVerifiers",
       .noun = "JWT verifier",
       .id_field = "id",
       .id = &JwtVerifier::id,
       .name = &JwtVerifier::name,
       .id_is_secret = false,
       .description = jwt_verifier_description,
       .check = check_verifier,
       .warnings = nothing,
       .id_prefix = "jwt_verifier_",
       .identity = identity_of_verifier,
       .api = {.path = "verifiers",
               .group = "security.otoroshi.io",
               .plural = "jwt-verifiers",
               .singular = "jwt-verifier",
               .kind = "JwtVerifier"}},
      {.section = "appSessions",
       .noun = "session",
       .id_field = "randomId",
       .id = &AppSession::random_id,
       .name = &AppSession::name,
       .id_is_secret = true,
       .description = app_session_description,
       .check = nothing,
       .warnings = nothing,
       .id_prefix = {},
       .identity = nullptr,
       .api = {.path = "apps-sessions",
               .group = "security.otoroshi.io",
               .plural = "apps-sessions",
               .singular = "apps-session",
               .kind = "AppSession"}},
      {.section = "certificates",
       .noun = "certificate",
       .id_field = "id",
       .id = &StoredCertificate::id,
       .name = &StoredCertificate::name,
       .id_is_secret = false,
       .description = stored_certificate_description,
       .keep_secrets = otoroshi::keep_secrets,
       .complete = otoroshi::complete,
       .check = otoroshi::check,
       .check_stored = otoroshi::check_stored,
       .warnings = warnings_now,
       .hide_secrets = otoroshi::hide_secrets,
       .id_prefix = "cert_",
       .identity = identity_of_certificate,
       .api = {.path = "certificates",
               .group = "pki.otoroshi.io",
               .plural = "certificates",
               .singular = "certificate",
               .kind = "Certificate"}},
  };
  return table;
}

}  // namespace otoroshi::gateway
