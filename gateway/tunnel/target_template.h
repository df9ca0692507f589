// A target of a route before it is known who asks: hostname and port with ${remote_host}, ${remote_port} and
// ${req.query.NAME}, each with an optional ":default". (pure)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/result.h"
#include "common/model/route.h"
#include "common/tunnel/upgrade.h"

namespace otoroshi::gateway {

// A target that one request chose.
struct Destination {
  std::string host;  // name or IP literal without brackets
  std::uint16_t port = 0;
  std::string ip_address;     // dialled instead of resolving `host`; "": none
  bool from_request = false;  // the request had a say: the route's destinations must allow it
  bool tls = false;
  bool trust_all = false;
};

class TargetTemplate {
 public:
  // Fails on placeholders that are not understood and ports that are none.
  static Result<TargetTemplate> parse(const RouteTarget& target);

  bool depends_on_request() const;
  // Fails (bad_input, client): a value that is missing and has no default, or is no host or no port.
  Result<Destination> resolve(const tunnel::Request& request) const;

 private:
  struct Placeholder {
    std::string parameter;  // of the query
    std::optional<std::string> fallback;
  };
  using Part = std::variant<std::string, Placeholder>;
  static Result<std::vector<Part>> parse_parts(std::string_view text);
  std::vector<Part> host_;
  std::vector<Part> port_;
  std::string ip_address_;
  bool tls_ = false;
  bool trust_all_ = false;
};

}  // namespace otoroshi::gateway
