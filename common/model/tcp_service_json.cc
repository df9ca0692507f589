#include "common/model/tcp_service_json.h"

namespace otoroshi {
namespace {

using namespace kinds;

// A target that is only an address needs no name of its own.
void use_ip_as_host(Target& target) {
  if (target.host.empty()) target.host = target.ip;
}

// `forwardsTo` is a target that may be left out, so its port may be 0.
EntityDescription<Target> describe_target(std::string_view doc, IntegerRange ports, Presence port_presence) {
  auto tls_config =
      EntityDescription<Target>("How TLS to the target is done, as in Otoroshi's routes.",
                                &Target::unknown_tls_config)
          .field("trust_all", &Target::trust_all, boolean(), "Do not verify the target's certificate.");
  return EntityDescription<Target>(doc, &Target::unknown_fields)
      .field("host", &Target::host, line(),
             "The target's name, also for its certificate. Without it, `ip` is used.")
      .field("ip", &Target::ip, line_or_null(), "An IP address that is dialled instead of resolving `host`.")
      .field("port", &Target::port, integer<std::uint16_t>(ports), "The target's port.", port_presence)
      .field("tls", &Target::tls, boolean(), "Use TLS to connect to this target.")
      .group("tls_config", std::move(tls_config), Presence::extension)
      .field("proxyProtocol", &Target::proxy_protocol, one_of<ProxyProtocol>(proxy_protocol_names),
             "The PROXY protocol header that tells the target who connects.", Presence::extension)
      .then(use_ip_as_host);
}

const EntityDescription<Target>& forwards_to_description() {
  static const auto table =
      describe_target("Where a connection goes that no rule matches.", {0, 65535}, Presence::optional);
  return table;
}

const EntityDescription<Rule>& rule_description() {
  static const auto table =
      EntityDescription<Rule>("Which names go to which targets.", &Rule::unknown_fields)
          .field("domain", &Rule::domain, line(),
                 "A name, a wildcard that begins with `*`, or a regular expression for the whole name.",
                 Presence::required)
          .field("targets", &Rule::targets, list_of(object_of(target_description())),
                 "Where matching connections go, in turn.");
  return table;
}

const EntityDescription<Sni>& sni_description() {
  static const auto table =
      EntityDescription<Sni>("Choice of the target by the name that the client asks for.",
                             &Sni::unknown_fields)
          .field("enabled", &Sni::enabled, boolean(), "Route by SNI, or by the HTTP Host.")
          .field("forwardIfNoMatch", &Sni::forward_if_no_match, boolean(),
                 "Use `forwardsTo` if no rule matches; otherwise the connection is refused.")
          .field("forwardsTo", &Sni::forwards_to, object_of(forwards_to_description()),
                 "Where a connection goes that no rule matches.");
  return table;
}

}  // namespace

const EntityDescription<Target>& target_description() {
  static const auto table = describe_target("Where connections go.", {1, 65535}, Presence::required);
  return table;
}

const EntityDescription<TcpService>& tcp_service_description() {
  static const auto table =
      EntityDescription<TcpService>("A port that is open for TCP connections, and where they go.",
                                    &TcpService::unknown_fields)
          .field("id", &TcpService::id, line(), "Unique identifier; generated if absent.")
          .field("name", &TcpService::name, line(), "Display name of the TCP service.")
          .field("description", &TcpService::description, text(), "What the service is for.")
          .field("enabled", &TcpService::enabled, boolean(), "Whether the service is active.")
          .field("port", &TcpService::port, integer<std::uint16_t>({1, 65535}),
                 "The listening port for incoming TCP connections.", Presence::required)
          .field("interface", &TcpService::interface, line(),
                 "The IP address that the service listens on; `::` is every address of both families.")
          .field("tls", &TcpService::tls, one_of<TlsMode>(tls_mode_names),
                 "Disabled: as it is. PassThrough: the target has TLS. Enabled: TLS ends here.")
          .field("clientAuth", &TcpService::client_auth, one_of<ClientAuth>(client_auth_names),
                 "Whether clients must show a certificate; with `tls` Enabled.")
          .field("sni", &TcpService::sni, object_of(sni_description()),
                 "Choice of the target by the name that the client asks for.")
          .field("rules", &TcpService::rules, list_of(object_of(rule_description())),
                 "Routing rules; the first whose domain matches is used.")
          .field("tags", &TcpService::tags, list_of(text()), "Tags.")
          .field("metadata", &TcpService::metadata, map_of(text()), "Texts by key, for their owner's use.");
  return table;
}

std::expected<TcpService, Problems> read_tcp_service(const JsonValue& value) {
  return read_entity(tcp_service_description(), value);
}

std::expected<TcpService, Problems> parse_tcp_service(std::string_view json) {
  return parse_entity(tcp_service_description(), json);
}

std::string to_json(const TcpService& service) {
  return entity_to_json(tcp_service_description(), service);
}

}  // namespace otoroshi
