#include "gateway/tunnel/plugin_configs.h"

namespace otoroshi::gateway {
namespace {

using namespace kinds;
using Destination = TcpTunnelConfig::Destination;
using Extractor = ApikeyCallsConfig::Extractor;
using Extractors = ApikeyCallsConfig::Extractors;
using Routing = ApikeyCallsConfig::Routing;

// Also a single port as a number, which is what one writes without thinking.
JsonType<std::optional<std::string>> ports() {
  auto type = optional(text());
  type.read = [](const JsonValue& in, std::optional<std::string>& out, const JsonPlace& place) {
    if (in.IsUint())
      out = std::to_string(in.GetUint());
    else if (const auto read = read_text(in, place))
      out = *read;
  };
  return type;
}

const EntityDescription<Destination>& destination_config() {
  static const auto table =
      EntityDescription<Destination>("Where a request may send the tunnel.", &Destination::unknown_fields)
          .field("host", &Destination::host, text(), "A name, a wildcard, an address or a network.",
                 Presence::required)
          .field("ports", &Destination::ports, ports(), "\"22,5432-5440\"; every port if absent.");
  return table;
}

const EntityDescription<Extractor>& extractor_config() {
  static const auto table =
      EntityDescription<Extractor>("One way to send an API key.", &Extractor::unknown_fields)
          .field("enabled", &Extractor::enabled, boolean(), "Whether the key is looked for there.")
          .field("header_name", &Extractor::header_name, text_or_null(), "A name of one's own.")
          .field("query_name", &Extractor::query_name, text_or_null(), "A name of one's own.")
          .field("cookie_name", &Extractor::cookie_name, text_or_null(), "A name of one's own.")
          .field("client_id_header_name", &Extractor::client_id_header_name, text_or_null(),
                 "A name of one's own.")
          .field("client_secret_header_name", &Extractor::client_secret_header_name, text_or_null(),
                 "A name of one's own.")
          .field("secret_signed", &Extractor::secret_signed, boolean(),
                 "Tokens signed with the key's secret are believed.")
          .field("keypair_signed", &Extractor::keypair_signed, boolean(),
                 "Tokens signed with a stored key pair are believed.")
          .field("include_request_attrs", &Extractor::include_request_attrs, boolean(),
                 "Tokens must name the request.")
          .field("max_jwt_lifespan_sec", &Extractor::max_jwt_lifespan_sec, optional(integer<std::int64_t>()),
                 "For how long tokens may be valid.");
  return table;
}

const EntityDescription<Extractors>& extractors_config() {
  static const auto table =
      EntityDescription<Extractors>("How an API key may be sent.", &Extractors::unknown_fields)
          .field("basic", &Extractors::basic, object_of(extractor_config()), "Basic authentication.")
          .field("custom_headers", &Extractors::custom_headers, object_of(extractor_config()),
                 "Otoroshi-Client-Id and Otoroshi-Client-Secret.")
          .field("client_id", &Extractors::client_id, object_of(extractor_config()), "The id alone.")
          .field("jwt", &Extractors::jwt, object_of(extractor_config()), "A token signed by the key.")
          .field("oto_bearer", &Extractors::oto_bearer, object_of(extractor_config()), "otoapk_...");
  return table;
}

const EntityDescription<Routing>& routing_config() {
  static const auto table = EntityDescription<Routing>("Which keys are looked for.", &Routing::unknown_fields)
                                .field("enabled", &Routing::enabled, boolean(), "Whether this counts.");
  return table;
}

}  // namespace

const EntityDescription<TcpTunnelConfig>& tcp_tunnel_config() {
  static const auto table =
      EntityDescription<TcpTunnelConfig>("Makes the route a tunnel.", &TcpTunnelConfig::unknown_fields)
          .field("destinations", &TcpTunnelConfig::destinations, list_of(object_of(destination_config())),
                 "Where a request may send the tunnel.");
  return table;
}

const EntityDescription<ApikeyCallsConfig>& apikey_calls_config() {
  using Config = ApikeyCallsConfig;
  static const auto table =
      EntityDescription<Config>("Lets in who has an API key.", &Config::unknown_fields)
          .field("extractors", &Config::extractors, object_of(extractors_config()), "How it may be sent.")
          .field("routing", &Config::routing, object_of(routing_config()), "Which keys are looked for.")
          .field("validate", &Config::validate, boolean(), "Whether the key is checked.")
          .field("mandatory", &Config::mandatory, boolean(), "Whether there must be a key.")
          .field("pass_with_user", &Config::pass_with_user, boolean(), "A session will do, too.")
          .field("wipe_backend_request", &Config::wipe_backend_request, boolean(), "Of no effect here.")
          .field("update_quotas", &Config::update_quotas, boolean(), "Whether quotas are used up.");
  return table;
}

const EntityDescription<JwtVerificationOnlyConfig>& jwt_verification_only_config() {
  using Config = JwtVerificationOnlyConfig;
  static const auto table =
      EntityDescription<Config>("Lets in who has a token.", &Config::unknown_fields)
          .field("verifier", &Config::verifier, text_or_null(), "Id of a verifier.")
          .field("verifiers", &Config::verifiers, list_of(text()), "Ids of verifiers.")
          .field("fail_if_absent", &Config::fail_if_absent, boolean(), "Whether there must be a token.");
  return table;
}

const EntityDescription<AuthModuleConfig>& auth_module_config() {
  using Config = AuthModuleConfig;
  static const auto table =
      EntityDescription<Config>("Lets in who has a session.", &Config::unknown_fields)
          .field("auth_module", &Config::auth_module, text_or_null(), "Id of the module.")
          .field("module", &Config::module, text_or_null(), "Id of the module.")
          .field("pass_with_apikey", &Config::pass_with_apikey, boolean(), "An API key will do, too.");
  return table;
}

const EntityDescription<IpAddressesConfig>& ip_addresses_config() {
  static const auto table =
      EntityDescription<IpAddressesConfig>("Addresses of clients.", &IpAddressesConfig::unknown_fields)
          .field("addresses", &IpAddressesConfig::addresses, list_of(text()), "Addresses and patterns.");
  return table;
}

}  // namespace otoroshi::gateway
