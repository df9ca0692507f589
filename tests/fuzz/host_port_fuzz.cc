// An address as people write it: what parse_host_port() takes reads back the same from its own text, and a
// name is never something that the resolver would take for an address.
#include "common/text/host_port.h"

#include <netdb.h>

#include <memory>
#include <string>

#include "tests/fuzz/property.h"

using namespace otoroshi;
using test::must_hold;

namespace {

// Whether getaddrinfo() sees an address in it, without asking anybody: it takes "127.1" and "0x7f000001".
bool resolver_sees_address(const std::string& host) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* found = nullptr;
  const bool is_address = getaddrinfo(host.c_str(), nullptr, &hints, &found) == 0;
  if (is_address) freeaddrinfo(found);
  return is_address;
}

void check_address(const HostPort& address) {
  must_hold(address.port != 0);
  must_hold(parse_host_port(to_text(address)) == address);
  must_hold(parse_host(bracketed(address.host)) == address.host);
  must_hold(is_ip_literal(address.host) == resolver_sees_address(address.host));
  must_hold(is_ip_literal(address.host) == address_bytes(address.host).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = test::input_text(data, size);
  const auto address = parse_host_port(input);
  if (address) check_address(*address);
  const auto with_default = parse_host_port(input, 22);
  if (with_default) check_address(*with_default);
  if (address) must_hold(with_default && *address == *with_default);
  if (const auto host = parse_host(input)) must_hold(parse_host_port(input, 22)->host == *host);
  return 0;
}
