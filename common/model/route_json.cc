#include "common/model/route_json.h"

#include <charconv>
#include <optional>

namespace otoroshi {
namespace {

using namespace kinds;
using Frontend = Route::Frontend;
using Backend = Route::Backend;
using Plugin = Route::Plugin;

// A number, as in Otoroshi, or a text with placeholders; 0 is none.
JsonType<std::string> port_or_template() {
  static constexpr IntegerRange ports{0, 65535};
  const auto as_number = [](const std::string& port) {
    std::uint16_t number = 0;
    const auto end = port.data() + port.size();
    const auto [stop, error] = std::from_chars(port.data(), end, number);
    return port.empty() || (error == std::errc{} && stop == end) ? std::optional(number) : std::nullopt;
  };
  return {.read =
              [](const JsonValue& in, std::string& out, const JsonPlace& place) {
                if (in.IsString()) {
                  out = text_of(in);
                } else if (const auto number = read_integer(in, place, ports)) {
                  out = *number == 0 ? "" : std::to_string(*number);
                }
              },
          .write =
              [as_number](const std::string& port, JsonWriter& json) {
                if (const auto number = as_number(port))
                  json.number(*number);
                else
                  json.text(port);
              },
          .wanted = "a port from 1 to 65535, or a text with a placeholder such as ${remote_port}",
          .schema = R"({"anyOf":[{"type":"integer","minimum":0,"maximum":65535},{"type":"string"}]})"};
}

const EntityDescription<RouteTarget>& route_target_description() {
  auto tls_config =
      EntityDescription<RouteTarget>("How TLS to the target is done.", &RouteTarget::unknown_tls_config)
          .field("trust_all", &RouteTarget::trust_all, boolean(), "Do not verify the target's certificate.");
  static const auto table =
      EntityDescription<RouteTarget>("Where tunnels go.", &RouteTarget::unknown_fields)
          .field("id", &RouteTarget::id, line(), "Display name of the target.")
          .field(
              "hostname", &RouteTarget::hostname, line(),
              "A name or an address, also with `:port`; `${remote_host}` and `${remote_port}` are what the "
              "request says.",
              Presence::required)
          .field("port", &RouteTarget::port, port_or_template(),
                 "The target's port, unless `hostname` has one; `${remote_port}` is what the request says.")
          .field("tls", &RouteTarget::tls, boolean(), "Use TLS to connect to this target.")
          .field("ip_address", &RouteTarget::ip_address, line_or_null(),
                 "An IP address that is dialled instead of resolving `hostname`.")
          .group("tls_config", std::move(tls_config), Presence::extension);
  return table;
}

const EntityDescription<Frontend>& frontend_description() {
  static const auto table =
      EntityDescription<Frontend>("Which requests are for the route.", &Frontend::unknown_fields)
          .field("domains", &Frontend::domains, list_of(line()), "Names of hosts, also as patterns.",
                 Presence::required)
          .field("strip_path", &Frontend::strip_path, boolean(), "Of no effect on a tunnel.")
          .field("exact", &Frontend::exact, boolean(), "Whether the path must be that of the domain.")
          .field("headers", &Frontend::headers, map_of(text()), "Headers that a request must have.")
          .field("query", &Frontend::query, map_of(text()), "Parameters that a request must have.")
          .field("cookies", &Frontend::cookies, map_of(text()), "Cookies that a request must have.")
          .field("methods", &Frontend::methods, list_of(text()), "Methods that a request may have.");
  return table;
}

const EntityDescription<Backend>& backend_description() {
  static const auto table =
      EntityDescription<Backend>("Where tunnels go.", &Backend::unknown_fields)
          .field("targets", &Backend::targets, list_of(object_of(route_target_description())),
                 "They are tried in turn.");
  return table;
}

const EntityDescription<Plugin>& plugin_description() {
  static const auto table =
      EntityDescription<Plugin>("A plugin of the route: an access rule, or the tunnel itself.",
                                &Plugin::unknown_fields)
          .field("enabled", &Plugin::enabled, boolean(), "Whether the plugin counts.")
          .field("plugin", &Plugin::plugin, filled_line(), "Which plugin: `cp:otoroshi.next.plugins.NAME`.",
                 Presence::required)
          .field("include", &Plugin::include, list_of(text()), "Paths to which the plugin applies.")
          .field("exclude", &Plugin::exclude, list_of(text()), "Paths to which it does not.")
          .field("config", &Plugin::config, json_object(), "The plugin's own settings.");
  return table;
}

}  // namespace

const EntityDescription<Route>& route_description() {
  static const auto table =
      EntityDescription<Route>("For which hosts tunnels are opened, for whom, and where to.",
                               &Route::unknown_fields)
          .field("id", &Route::id, line(), "Unique identifier; generated if absent.")
          .field("name", &Route::name, line(), "Display name of the route.")
          .field("description", &Route::description, text(), "What the route is for.")
          .field("enabled", &Route::enabled, boolean(), "Whether the route is active.")
          .field("groups", &Route::groups, list_of(line()), "Groups, by which API keys are authorised.")
          .field("frontend", &Route::frontend, object_of(frontend_description()),
                 "Which requests are for the route.", Presence::required)
          .field("backend", &Route::backend, object_of(backend_description()), "Where tunnels go.",
                 Presence::required)
          .field("plugins", &Route::plugins, list_of(object_of(plugin_description())),
                 "Access rules; all that are enabled must agree.")
          .field("tags", &Route::tags, list_of(text()), "Tags.")
          .field("metadata", &Route::metadata, map_of(text()), "Texts by key, for their owner's use.");
  return table;
}

std::expected<Route, Problems> parse_route(std::string_view json) {
  return parse_entity(route_description(), json);
}

std::string to_json(const Route& route) {
  return entity_to_json(route_description(), route);
}

}  // namespace otoroshi
