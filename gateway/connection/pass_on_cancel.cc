#include "gateway/connection/pass_on_cancel.h"

#include <set>
#include <span>

#include "common/net/dial.h"
#include "common/net/stream_io.h"

namespace otoroshi::gateway {
namespace {

using Address = std::pair<std::string, std::uint16_t>;

std::vector<Address> addresses_of(const ServiceTable& table) {
  std::set<Address> addresses;
  auto add = [&](const Target& target) {
    if (target.port != 0) addresses.emplace(target.ip.empty() ? target.host : target.ip, target.port);
  };
  for (const auto& service : table.services()) {
    for (const auto& rule : service->rules) {
      for (const auto& target : rule.targets) add(target);
    }
    if (service->sni.forward_if_no_match) add(service->sni.forwards_to);
  }
  return {addresses.begin(), addresses.end()};
}

Task<> send_cancel(WorkerContext& context, const Address& address, Bytes request) {
  DialOptions options;
  options.limit = context.shared.config.timeouts.connect;
  auto dialled =
      co_await dial(context.worker, context.shared.resolver, address.first, address.second, options);
  if (!dialled) co_return;
  auto& server = *dialled->stream;
  Deadline deadline(
      context.worker.timers(), options.limit, server,
      Error{ErrorCode::timed_out, Side::target, "the server did not end after a CancelRequest"});
  auto written = co_await write_all(server, request);
  // The server closes once it has acted: closing earlier might be faster than its reading.
  if (written) co_await discard_until_end(context.worker, server);
}

Task<> send_cancels(WorkerContext& context, std::span<const Address> addresses, Bytes request) {
  if (addresses.empty()) co_return;
  auto first = send_cancel(context, addresses.front(), request);
  auto others = send_cancels(context, addresses.subspan(1), request);
  co_await both(std::move(first), std::move(others));
}

}  // namespace

Task<> pass_on_cancel(WorkerContext& context, const ServiceTable& table, Bytes request) {
  auto addresses = addresses_of(table);
  std::span<const Address> all(addresses);
  co_await send_cancels(context, all, request);
}

}  // namespace otoroshi::gateway
