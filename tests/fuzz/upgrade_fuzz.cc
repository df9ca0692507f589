// Any input: the heads of an upgrade are read within their bounds, a verdict that is given stays, and what is
// shown of a refusal is one line. And with the input's lines as host, port, token and sentence: what one end
// writes, the other reads.
#include "common/tunnel/upgrade.h"

#include <algorithm>
#include <string>

#include "common/text/ascii.h"
#include "common/text/host_port.h"
#include "common/tunnel/protocol.h"
#include "tests/fuzz/property.h"
#include "tests/support/verdict_property.h"

using namespace otoroshi;
using namespace std::chrono_literals;
using test::must_hold;

namespace {

constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";

// The size of the head: what the rest of the stream begins behind.
Verdict<std::size_t> request_size(Bytes so_far) {
  const auto request = tunnel::inspect_request(so_far);
  if (!request) return Malformed{};
  if (!*request) return NeedMore{};
  const auto host = parse_host((*request)->host());
  must_hold(host && *host == (*request)->host());
  must_hold((*request)->bytes <= tunnel::max_head);
  static_cast<void>(tunnel::check_upgrade(**request));
  return (*request)->bytes;
}

Verdict<std::size_t> response_size(Bytes so_far) {
  const auto response = tunnel::inspect_response(so_far, key);
  if (!response) return Malformed{};
  if (!*response) return NeedMore{};
  must_hold(std::ranges::none_of((*response)->reason, is_control));
  return (*response)->head_bytes;
}

// The request of our client as our gateway sees it, and the gateway's consent as the client sees that.
void check_upgrade_of(const std::string& host, std::string_view port, std::string_view token) {
  const auto target = tunnel::tunnel_target(host, port, token);
  const auto asked =
      tunnel::make_request({.host = "gateway.test:8080", .target = target, .authorization = ""});
  const auto read = tunnel::inspect_request(as_bytes(asked.head));
  must_hold(read && *read);
  const auto& request = **read;
  must_hold(request.bytes == asked.head.size() && request.host() == "gateway.test" &&
            request.has_half_close());
  must_hold(tunnel::check_upgrade(request).has_value());
  must_hold(request.parameter(tunnel::remote_host_parameter).value_or("") == host);
  must_hold(request.parameter(tunnel::remote_port_parameter).value_or("") == port);
  must_hold(request.parameter(tunnel::session_parameter).value_or("") == token);

  const auto answer = tunnel::accept_response(request, 5s);
  const auto response = tunnel::inspect_response(as_bytes(answer), asked.key);
  must_hold(response && *response);
  must_hold((*response)->accepted && (*response)->half_close && (*response)->ping_interval == 5s);
  const auto by_another_key = tunnel::inspect_response(as_bytes(answer), key);
  must_hold(!(**by_another_key).accepted);
}

void check_refusal_with(std::string_view sentence) {
  const auto answer = tunnel::refuse_response(403, "errors.forbidden", sentence);
  const auto response = tunnel::inspect_response(as_bytes(answer), key);
  must_hold(response && *response && (*response)->status == 403);
  const auto body = std::string_view(answer).substr((*response)->head_bytes);
  must_hold((*response)->content_length == body.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = test::input_text(data, size);
  const auto input = as_bytes(text);
  must_hold(!test::broken_promise_at(request_size, input));
  must_hold(!test::broken_promise_at(response_size, input));
  must_hold(std::ranges::none_of(tunnel::sentence_of_refusal(text), is_control));

  auto rest = text.substr(0, 1024);  // three times as long when it is encoded, and no head is that long
  const std::string host(test::take_until(rest, '\n'));
  const auto port = test::take_until(rest, '\n');
  const auto token = test::take_until(rest, '\n');
  check_upgrade_of(host, port, token);
  check_refusal_with(rest);
  return 0;
}
