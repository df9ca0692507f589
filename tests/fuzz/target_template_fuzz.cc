// A target's hostname, remoteHost and remotePort, one a line: whatever they hold, a tunnel is sent to one
// host and one port or to none; and a request that had no say changed nothing.
#include "gateway/tunnel/target_template.h"

#include "common/text/host_port.h"
#include "common/tunnel/protocol.h"
#include "tests/fuzz/property.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using test::must_hold;

namespace {

bool is_sound(const Destination& destination) {
  const auto host = parse_host(destination.host);
  return host && *host == destination.host && destination.port != 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = test::input_text(data, size);
  RouteTarget target;
  target.hostname = test::take_until(input, '\n');
  target.port = 22;
  const auto parsed = TargetTemplate::parse(target);
  if (!parsed) return 0;

  tunnel::Request request;
  request.query.emplace_back(tunnel::remote_host_parameter, test::take_until(input, '\n'));
  request.query.emplace_back(tunnel::remote_port_parameter, test::take_until(input, '\n'));
  const auto destination = parsed->resolve(request);
  if (!destination) return 0;
  must_hold(is_sound(*destination));
  if (destination->from_request) return 0;
  const auto unasked = parsed->resolve({});
  must_hold(unasked && unasked->host == destination->host && unasked->port == destination->port);
  return 0;
}
