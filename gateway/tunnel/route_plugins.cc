#include "gateway/tunnel/route_plugins.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "common/json/parse.h"
#include "common/text/quoted.h"
#include "gateway/tunnel/plugin_configs.h"

namespace otoroshi::gateway {
namespace {

constexpr std::string_view tunnel_plugin = "cp:otoroshi.next.plugins.TcpTunnel";

// One plugin's config on its way into RoutePlugins.
struct PluginReader {
  const JsonValue& config;
  const JsonPlace& problems;  // of the config
  const JsonPlace& warnings;
  std::size_t index;  // of the plugin
  RoutePlugins& result;
};

void refuse_unknown(const std::string& unknown_fields, const JsonPlace& place) {
  if (unknown_fields.empty()) return;
  const auto document = parse_json(unknown_fields);
  if (!document) return;  // it was written from JSON
  for (const auto& member : document->GetObject()) {
    if (member.value.IsNull()) continue;
    (place / text_of(member.name)).problem("is not understood, and might decide who is let in: remove it");
  }
}

template <class Config>
Config read_config(const EntityDescription<Config>& table, const PluginReader& reader) {
  Config config;
  table.read(reader.config, config, reader.problems);
  refuse_unknown(config.unknown_fields, reader.problems);
  return config;
}

void read_tcp_tunnel(const PluginReader& reader) {
  if (reader.result.tunnel) {
    reader.problems.problem("is the second TcpTunnel of this route: keep one of them");
    return;
  }
  reader.result.tunnel = reader.index;
  const auto config = read_config(tcp_tunnel_config(), reader);
  reader.result.lists_destinations = !config.destinations.empty();
  const auto list = reader.problems / "destinations";
  std::vector<DestinationRule> rules;
  for (std::size_t i = 0; i < config.destinations.size(); ++i) {
    const auto& destination = config.destinations[i];
    const auto place = list / i;
    refuse_unknown(destination.unknown_fields, place);
    if (auto rule = DestinationRule::parse(destination.host, destination.ports))
      rules.push_back(std::move(*rule));
    else
      place.problem(rule.error().sentence);
  }
  reader.result.destinations = DestinationRules(std::move(rules));
}

using Extractor = ApikeyCallsConfig::Extractor;

void check_extractor(const Extractor& extractor, const JsonPlace& problems, const JsonPlace& warnings) {
  refuse_unknown(extractor.unknown_fields, problems);
  if (!extractor.enabled) return;
  if (!extractor.secret_signed)
    (problems / "secret_signed").problem("false is not supported: tokens signed by a secret are believed");
  if (extractor.include_request_attrs)
    (problems / "include_request_attrs").problem("true is not supported: a token need not name the request");
  if (extractor.max_jwt_lifespan_sec.value_or(-1) >= 0)
    (problems / "max_jwt_lifespan_sec").problem("is not supported: tokens may be valid for any time");

  const std::pair<std::string_view, const std::string&> names[] = {
      {"header_name", extractor.header_name},
      {"query_name", extractor.query_name},
      {"cookie_name", extractor.cookie_name},
      {"client_id_header_name", extractor.client_id_header_name},
      {"client_secret_header_name", extractor.client_secret_header_name}};
  for (const auto& [field, name] : names) {
    if (!name.empty())
      (warnings / field).problem(quoted(name) + " has no effect: only Otoroshi's usual name is looked at");
  }
}

void check_extractors(const ApikeyCallsConfig::Extractors& extractors, const JsonPlace& problems,
                      const JsonPlace& warnings) {
  refuse_unknown(extractors.unknown_fields, problems);
  const std::pair<std::string_view, const Extractor&> all[] = {{"basic", extractors.basic},
                                                               {"custom_headers", extractors.custom_headers},
                                                               {"client_id", extractors.client_id},
                                                               {"jwt", extractors.jwt},
                                                               {"oto_bearer", extractors.oto_bearer}};
  for (const auto& [name, extractor] : all) check_extractor(extractor, problems / name, warnings / name);
}

void read_apikey_calls(const PluginReader& reader) {
  const auto config = read_config(apikey_calls_config(), reader);
  check_extractors(config.extractors, reader.problems / "extractors", reader.warnings / "extractors");
  if (config.routing.enabled) {
    (reader.problems / "routing")
        .problem("is not supported: remove it, or authorise the right keys for this route instead");
  }
  if (!config.validate) {
    (reader.problems / "validate")
        .problem("false is not supported: a key that is not checked lets everybody in");
  }
  if (!config.update_quotas)
    (reader.warnings / "update_quotas").problem("has no effect: each tunnel counts for the key's quotas");
  const auto& extractors = config.extractors;
  reader.result.access.api_key.push_back({.basic = extractors.basic.enabled,
                                          .custom_headers = extractors.custom_headers.enabled,
                                          .client_id = extractors.client_id.enabled,
                                          .jwt = extractors.jwt.enabled,
                                          .oto_bearer = extractors.oto_bearer.enabled,
                                          .mandatory = config.mandatory,
                                          .pass_with_user = config.pass_with_user});
}

void read_jwt_verification_only(const PluginReader& reader) {
  auto config = read_config(jwt_verification_only_config(), reader);
  JwtRule rule{.verifiers = std::move(config.verifiers), .fail_if_absent = config.fail_if_absent};
  if (!config.verifier.empty()) rule.verifiers.push_back(std::move(config.verifier));
  if (rule.verifiers.empty())
    (reader.problems / "verifier").problem("is missing: the id of a JWT verifier is wanted");
  reader.result.access.jwt.push_back(std::move(rule));
}

void read_auth_module(const PluginReader& reader) {
  const auto config = read_config(auth_module_config(), reader);
  reader.result.access.session.push_back({.pass_with_apikey = config.pass_with_apikey});
}

std::vector<IpPattern> read_addresses(const PluginReader& reader) {
  const auto config = read_config(ip_addresses_config(), reader);
  const auto list = reader.problems / "addresses";
  std::vector<IpPattern> patterns;
  for (std::size_t i = 0; i < config.addresses.size(); ++i) {
    if (auto pattern = IpPattern::parse(config.addresses[i]))
      patterns.push_back(std::move(*pattern));
    else
      (list / i).problem(pattern.error().sentence);
  }
  return patterns;
}

void read_allowed_list(const PluginReader& reader) {
  auto patterns = read_addresses(reader);
  if (patterns.empty()) (reader.warnings / "addresses").problem("is empty: nobody is let in");
  reader.result.access.addresses.allowed.push_back(std::move(patterns));
}

void read_block_list(const PluginReader& reader) {
  std::ranges::move(read_addresses(reader), std::back_inserter(reader.result.access.addresses.blocked));
}

constexpr struct Understood {
  std::string_view plugin;
  void (*read)(const PluginReader&);
} understood[] = {
    {tunnel_plugin, read_tcp_tunnel},
    {"cp:otoroshi.next.plugins.ApikeyCalls", read_apikey_calls},
    {"cp:otoroshi.next.plugins.JwtVerificationOnly", read_jwt_verification_only},
    {"cp:otoroshi.next.plugins.AuthModule", read_auth_module},
    {"cp:otoroshi.next.plugins.IpAddressAllowedList", read_allowed_list},
    {"cp:otoroshi.next.plugins.IpAddressBlockList", read_block_list},
};

// They change what passes between HTTP client and HTTP server, which a tunnel does not have, and never refuse
// a request.
constexpr std::string_view rewriters[] = {
    "cp:otoroshi.next.plugins.AdditionalCookieIn",
    "cp:otoroshi.next.plugins.AdditionalCookieOut",
    "cp:otoroshi.next.plugins.AdditionalHeadersIn",
    "cp:otoroshi.next.plugins.AdditionalHeadersOut",
    "cp:otoroshi.next.plugins.BrotliResponseCompressor",
    "cp:otoroshi.next.plugins.GzipResponseCompressor",
    "cp:otoroshi.next.plugins.MissingCookieIn",
    "cp:otoroshi.next.plugins.MissingCookieOut",
    "cp:otoroshi.next.plugins.MissingHeadersIn",
    "cp:otoroshi.next.plugins.MissingHeadersOut",
    "cp:otoroshi.next.plugins.OtoroshiHeadersIn",
    "cp:otoroshi.next.plugins.OtoroshiInfos",
    "cp:otoroshi.next.plugins.OverrideHost",
    "cp:otoroshi.next.plugins.OverrideLocationHeader",
    "cp:otoroshi.next.plugins.RemoveCookieIn",
    "cp:otoroshi.next.plugins.RemoveCookieOut",
    "cp:otoroshi.next.plugins.RemoveHeadersIn",
    "cp:otoroshi.next.plugins.RemoveHeadersOut",
    "cp:otoroshi.next.plugins.SendOtoroshiHeadersBack",
    "cp:otoroshi.next.plugins.XForwardedHeaders",
};

// Where the plugin applies, if not everywhere.
void check_conditions(const Route::Plugin& plugin, const JsonPlace& place) {
  constexpr std::string_view advice =
      " is not supported for this plugin: it counts for every tunnel; empty it";
  if (!plugin.include.empty()) (place / "include").problem("include" + std::string(advice));
  if (!plugin.exclude.empty()) (place / "exclude").problem("exclude" + std::string(advice));
  if (says_something(plugin.unknown_fields, "bound_listeners"))
    (place / "bound_listeners").problem("bound_listeners" + std::string(advice));
}

void read_plugin(const Route::Plugin& plugin, const JsonPlace& problems, const JsonPlace& warnings,
                 std::size_t index, RoutePlugins& result) {
  if (std::ranges::find(rewriters, plugin.plugin) != std::end(rewriters)) {
    warnings.problem(plugin.plugin + " has no effect on a tunnel");
    return;
  }
  const auto* known = std::ranges::find(understood, plugin.plugin, &Understood::plugin);
  if (known == std::end(understood)) {
    (problems / "plugin")
        .problem(quoted(plugin.plugin) +
                 " is not understood, and might decide who is let in: disable it, or remove it");
    return;
  }
  check_conditions(plugin, problems);
  const auto config = parse_json(plugin.config);
  const auto config_problems = problems / "config";
  const auto config_warnings = warnings / "config";
  if (!config) {
    config_problems.problem(config.error().front().sentence);
    return;
  }
  known->read({*config, config_problems, config_warnings, index, result});
}

}  // namespace

RoutePlugins read_plugins(const std::vector<Route::Plugin>& plugins, const JsonPlace& problems,
                          const JsonPlace& warnings) {
  RoutePlugins result;
  for (std::size_t i = 0; i < plugins.size(); ++i) {
    if (plugins[i].enabled) read_plugin(plugins[i], problems / i, warnings / i, i, result);
  }
  return result;
}

bool has_tunnel(const std::vector<Route::Plugin>& plugins) {
  return std::ranges::any_of(
      plugins, [](const Route::Plugin& plugin) { return plugin.enabled && plugin.plugin == tunnel_plugin; });
}

bool says_something(const std::string& unknown_fields, std::string_view field) {
  if (unknown_fields.empty()) return false;
  const auto document = parse_json(unknown_fields);
  if (!document) return false;
  const auto member = document->FindMember(JsonValue(rapidjson::StringRef(field.data(), field.size())));
  if (member == document->MemberEnd()) return false;
  const auto& value = member->value;
  return !(value.IsNull() || (value.IsString() && value.GetStringLength() == 0) ||
           (value.IsArray() && value.Empty()) || (value.IsObject() && value.ObjectEmpty()));
}

}  // namespace otoroshi::gateway
