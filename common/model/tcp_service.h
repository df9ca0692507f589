// A TCP service: what an operator writes in JSON (spec/tcp-services.md) as plain values.
// Plain data without behaviour; immutable once it is part of a snapshot. tcp_service_json.h reads and writes
// it, tcp_service_check.h says what is wrong with it. `unknown_fields` everywhere: a JSON object as text with
// the fields that we do not know, kept for writing; "" if none.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/enum_names.h"

namespace otoroshi {

enum class TlsMode : std::uint8_t { disabled, pass_through, enabled };
enum class ClientAuth : std::uint8_t { none, want, need };
enum class ProxyProtocol : std::uint8_t { none, v1, v2 };

struct Target {
  std::string host;  // dialled if `ip` is empty; always the server name of TLS to the target
  std::string ip;    // an IP literal that is dialled instead of resolving `host`; empty: none
  std::uint16_t port = 0;
  bool tls = false;        // speak TLS to this target
  bool trust_all = false;  // "tls_config": {"trust_all": true}: do not verify the target's certificate
  ProxyProtocol proxy_protocol = ProxyProtocol::none;
  std::string unknown_tls_config = {};  // those inside "tls_config"
  std::string unknown_fields = {};

  friend bool operator==(const Target&, const Target&) = default;
};

struct Rule {
  std::string domain;  // a pattern, see routing/domain_matcher.h
  std::vector<Target> targets;
  std::string unknown_fields = {};

  friend bool operator==(const Rule&, const Rule&) = default;
};

struct Sni {
  bool enabled = false;
  bool forward_if_no_match = false;
  Target forwards_to;  // its port is 0 if the JSON has none
  std::string unknown_fields = {};

  friend bool operator==(const Sni&, const Sni&) = default;
};

struct TcpService {
  std::string id;
  std::string name;
  std::string description;
  bool enabled = true;
  std::uint16_t port = 0;
  std::string interface = "0.0.0.0";  // an IP literal, IPv6 without brackets; "::" listens on both families
  TlsMode tls = TlsMode::disabled;
  ClientAuth client_auth = ClientAuth::none;
  Sni sni;
  std::vector<Rule> rules;
  std::vector<std::string> tags;
  std::map<std::string, std::string> metadata;
  std::string unknown_fields = {};

  friend bool operator==(const TcpService&, const TcpService&) = default;
};

inline constexpr EnumName<TlsMode> tls_mode_names[] = {
    {TlsMode::disabled, "Disabled"}, {TlsMode::pass_through, "PassThrough"}, {TlsMode::enabled, "Enabled"}};
inline constexpr EnumName<ClientAuth> client_auth_names[] = {
    {ClientAuth::none, "None"}, {ClientAuth::want, "Want"}, {ClientAuth::need, "Need"}};
inline constexpr EnumName<ProxyProtocol> proxy_protocol_names[] = {
    {ProxyProtocol::none, "none"}, {ProxyProtocol::v1, "v1"}, {ProxyProtocol::v2, "v2"}};

std::string_view name_of(ClientAuth client_auth);

// For sentences: "service 'db'"; the id where there is no name.
std::string described(const TcpService& service);

using TcpServicePtr = std::shared_ptr<const TcpService>;

}  // namespace otoroshi
