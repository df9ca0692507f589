// A target's hostname, remoteHost and remotePort, one a line: whatever they hold, a tunnel is sent to one
// host and one port or to none; and a request that had no say changed nothing.
#include "gateway/tunnel/target_template.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/text/host_port.h"
#include "common/tunnel/protocol.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

std::array<std::string, 3> lines(std::string_view text) {
  std::array<std::string, 3> result;
  for (auto& line : result) {
    line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return result;
}

bool is_sound(const Destination& destination) {
  const auto host = parse_host(destination.host);
  return host && *host == destination.host && destination.port != 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [hostname, host, port] = lines({reinterpret_cast<const char*>(data), size});
  RouteTarget target;
  target.hostname = hostname;
  target.port = 22;
  const auto parsed = TargetTemplate::parse(target);
  if (!parsed) return 0;

  tunnel::Request request;
  request.query = {{std::string(tunnel::remote_host_parameter), host},
                   {std::string(tunnel::remote_port_parameter), port}};
  const auto destination = parsed->resolve(request);
  if (!destination) return 0;
  if (!is_sound(*destination)) std::abort();
  if (destination->from_request) return 0;
  const auto unasked = parsed->resolve({});
  if (!unasked || unasked->host != destination->host || unasked->port != destination->port) std::abort();
  return 0;
}
