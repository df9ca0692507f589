// The "config" of each plugin that a tunnel's route understands (facts C10), as plain data with the table
// that reads it. What stands in `unknown_fields` afterwards was not understood and must not be passed over:
// it may be an access rule.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/model/entity_description.h"

namespace otoroshi::gateway {

struct TcpTunnelConfig {
  struct Destination {  // see destination_rules.h
    std::string host;
    std::optional<std::string> ports;
    std::string unknown_fields = {};

    friend bool operator==(const Destination&, const Destination&) = default;
  };
  std::vector<Destination> destinations;
  std::string unknown_fields = {};
};

struct ApikeyCallsConfig {
  // One carrier of a key. The members are those of all carriers; null and absent are the same.
  struct Extractor {
    bool enabled = true;
    std::string header_name, query_name, cookie_name;  // "": the usual name
    std::string client_id_header_name, client_secret_header_name;
    bool secret_signed = true;
    bool keypair_signed = true;
    bool include_request_attrs = false;                // the token must name the request's method and path
    std::optional<std::int64_t> max_jwt_lifespan_sec;  // less than 0: none
    std::string unknown_fields = {};

    friend bool operator==(const Extractor&, const Extractor&) = default;
  };
  struct Extractors {
    Extractor basic, custom_headers, client_id, jwt, oto_bearer;
    std::string unknown_fields = {};

    friend bool operator==(const Extractors&, const Extractors&) = default;
  };
  // Which keys are looked for by their tags and metadata; what does not matter unless it is enabled.
  struct Routing {
    bool enabled = false;
    std::string unknown_fields = {};

    friend bool operator==(const Routing&, const Routing&) = default;
  };
  Extractors extractors;
  Routing routing;
  bool validate = true;
  bool mandatory = true;
  bool pass_with_user = false;
  bool wipe_backend_request = true;
  bool update_quotas = true;
  std::string unknown_fields = {};
};

struct JwtVerificationOnlyConfig {
  std::string verifier;
  std::vector<std::string> verifiers;  // an extension of ours: any one of them suffices
  bool fail_if_absent = true;
  std::string unknown_fields = {};
};

struct AuthModuleConfig {
  std::string auth_module, module;  // not looked up: a session of any module passes, as in the original
  bool pass_with_apikey = false;
  std::string unknown_fields = {};
};

struct IpAddressesConfig {
  std::vector<std::string> addresses;
  std::string unknown_fields = {};
};

const EntityDescription<TcpTunnelConfig>& tcp_tunnel_config();
const EntityDescription<ApikeyCallsConfig>& apikey_calls_config();
const EntityDescription<JwtVerificationOnlyConfig>& jwt_verification_only_config();
const EntityDescription<AuthModuleConfig>& auth_module_config();
const EntityDescription<IpAddressesConfig>& ip_addresses_config();

}  // namespace otoroshi::gateway
