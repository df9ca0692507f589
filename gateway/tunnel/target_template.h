// A target of a route before it is known who asks. Its hostname and its port may hold placeholders; behind
// the last ':' outside of ${...} and [...] the hostname may have a port, which wins over "port":
//   "db.internal.com"                         fixed
//   "${remote_host}:${remote_port:22}"        the request's remoteHost; its remotePort, else 22
//   "${remote_host:[fd00::1]}"                the first ':' begins the default
//   "${req.query.remoteHost}:5432"            as Otoroshi writes it; any other parameter of the query
//   likewise "db-${req.query.shard}.internal.com:5432"
// Hostname and port are taken apart before anything is filled in, and what comes out must be one host and one
// port: no value of a request's can say more than it was asked for. (pure)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/result.h"
#include "common/model/route.h"
#include "common/tunnel/upgrade.h"

namespace otoroshi::gateway {

// A target that one request chose.
struct Destination {
  std::string host;  // name, or IP literal without brackets
  std::uint16_t port = 0;
  std::string ip_address;     // dialled instead of resolving `host`; "": none
  bool from_request = false;  // a value of the request's is in it: the route's destinations must allow it
  bool tls = false;
  bool trust_all = false;
};

// Text with placeholders, as one of a hostname's two parts.
class TemplateText {
 public:
  struct Filled {
    std::string text;
    bool from_request = false;
    std::string_view parameter;  // the one whose value is all of `text`; else ""
  };

  // Fails (bad_input, gateway) on a placeholder that is not understood, and names it.
  static Result<TemplateText> parse(std::string_view text);

  bool has_placeholders() const;
  // Fails (bad_input, client) if a value is empty, or missing and without default.
  Result<Filled> fill(const tunnel::Request& request) const;
  // What could come out: `sample` stands for what has no default.
  std::string example(std::string_view sample) const;

 private:
  struct Placeholder {
    std::string parameter;  // of the query
    std::optional<std::string> fallback;
  };
  using Part = std::variant<std::string, Placeholder>;
  static Result<Placeholder> parse_placeholder(std::string_view placeholder);

  std::vector<Part> parts_;
};

class TargetTemplate {
 public:
  // Fails (bad_input, gateway) on placeholders that are not understood, and on what could never become a host
  // and a port.
  static Result<TargetTemplate> parse(const RouteTarget& target);

  bool depends_on_request() const;
  // Fails (bad_input, client) on a value that is missing and has no default, or is no host or no port.
  Result<Destination> resolve(const tunnel::Request& request) const;

 private:
  TargetTemplate(TemplateText host, TemplateText port, const RouteTarget& target);

  TemplateText host_;
  TemplateText port_;
  std::string ip_address_;
  bool tls_ = false;
  bool trust_all_ = false;
};

}  // namespace otoroshi::gateway
