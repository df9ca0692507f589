// A route of Otoroshi's (/api/routes), as far as it leads to a tunnel: for which hosts, to which targets, and
// through which plugins.
// Plain data without behaviour; immutable once it is part of a snapshot. What a plugin's "config" means is
// known where the plugin is understood (gateway/tunnel/tunnel_route.h): here it is JSON as text.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace otoroshi {

struct RouteTarget {
  std::string id;
  std::string hostname;    // may hold ${...}, and "host:port"
  std::string port;        // "5432", or with ${...}; "": none
  bool tls = false;        // speak TLS to this target
  bool trust_all = false;  // "tls_config": {"trust_all": true}
  std::string ip_address;  // dialled instead of resolving `hostname`; "": none
  std::string unknown_tls_config = {};
  std::string unknown_fields = {};

  friend bool operator==(const RouteTarget&, const RouteTarget&) = default;
};

struct Route {
  struct Frontend {
    std::vector<std::string> domains;  // patterns as in routing/domain_matcher.h; a path behind "/" is a
                                       // problem unless the tunnel's path begins with it
    bool strip_path = true;
    bool exact = false;
    std::vector<std::string>
        methods;  // conditions that a tunnel's request is not tested against must be empty
    std::map<std::string, std::string> headers;
    std::map<std::string, std::string> query;
    std::map<std::string, std::string> cookies;
    std::string unknown_fields = {};

    friend bool operator==(const Frontend&, const Frontend&) = default;
  };
  struct Backend {
    std::vector<RouteTarget> targets;
    std::string unknown_fields = {};

    friend bool operator==(const Backend&, const Backend&) = default;
  };
  struct Plugin {
    bool enabled = true;
    std::string plugin;                // "cp:otoroshi.next.plugins.TcpTunnel"
    std::vector<std::string> include;  // path patterns: where the plugin applies
    std::vector<std::string> exclude;
    std::string config = "{}";  // a JSON object as text
    std::string unknown_fields = {};

    friend bool operator==(const Plugin&, const Plugin&) = default;
  };

  std::string id;
  std::string name;
  std::string description;
  bool enabled = true;
  std::vector<std::string> groups;
  Frontend frontend;
  Backend backend;
  std::vector<Plugin> plugins;
  std::vector<std::string> tags;
  std::map<std::string, std::string> metadata;
  std::string unknown_fields = {};

  friend bool operator==(const Route&, const Route&) = default;
};

using RoutePtr = std::shared_ptr<const Route>;

}  // namespace otoroshi
