#include "gateway/connection/pass_on_cancel.h"

#include <algorithm>
#include <span>
#include <vector>

#include "common/net/dial.h"
#include "common/net/proxy_protocol.h"
#include "common/net/stream_io.h"

namespace otoroshi::gateway {
namespace {

// A request of sixteen bytes reaches out to every target of the port; both numbers bound what that may cost.
constexpr std::size_t targets_at_a_time = 8;
constexpr unsigned cancels_at_a_time = 16;

const std::string& address_of(const Target& target) {
  return target.ip.empty() ? target.host : target.ip;
}

std::vector<Target> targets_of(const ServiceTable& table) {
  std::vector<Target> targets;
  auto add = [&](const Target& target) {
    auto same = [&](const Target& known) {
      return known.port == target.port && address_of(known) == address_of(target) &&
             known.proxy_protocol == target.proxy_protocol;
    };
    if (target.port != 0 && std::ranges::none_of(targets, same)) targets.push_back(target);
  };
  for (const auto& service : table.services()) {
    for (const auto& rule : service->rules) std::ranges::for_each(rule.targets, add);
    if (service->sni.forward_if_no_match) add(service->sni.forwards_to);
  }
  return targets;
}

struct Cancel {
  WorkerContext& context;
  ConnectionRecord& record;
  Bytes request;
  Clock::time_point until;
};

// Counted until it is over, even if memory runs out on the way.
class Running {
 public:
  explicit Running(unsigned& count) : count_(count) { ++count_; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { --count_; }

 private:
  unsigned& count_;
};

Task<> send_to(const Cancel& cancel, const Target& target) {
  auto left = cancel.until - Clock::now();
  if (left <= Clock::duration::zero()) co_return;
  auto& worker = cancel.context.worker;
  DialOptions options;
  options.limit = left;
  options.on_behalf_of = cancel.record.client_stream.get();
  auto dialled =
      co_await dial(worker, cancel.context.shared.resolver, address_of(target), target.port, options);
  if (!dialled) co_return;
  auto& server = *dialled->stream;
  Deadline deadline(
      worker.timers(), std::max(cancel.until - Clock::now(), Clock::duration::zero()), server,
      Error{ErrorCode::timed_out, Side::target, "the server did not end after a CancelRequest"});
  auto message = proxy_header(target.proxy_protocol, cancel.record.remote, cancel.record.local);
  message.append(as_text(cancel.request));
  auto message_bytes = as_bytes(message);
  auto written = co_await write_all(server, message_bytes);
  // The server closes once it has acted: closing earlier might be faster than its reading.
  if (written) co_await discard_until_end(worker, server);
}

Task<> send_to_all(const Cancel& cancel, std::span<const Target> targets) {
  if (targets.empty()) co_return;
  auto first = send_to(cancel, targets.front());
  auto others = send_to_all(cancel, targets.subspan(1));
  co_await both(std::move(first), std::move(others));
}

}  // namespace

Task<> pass_on_cancel(WorkerContext& context, ConnectionRecord& record, Bytes request) {
  if (context.cancels_running >= cancels_at_a_time) co_return;
  Running running(context.cancels_running);
  auto targets = targets_of(*record.port->table);
  std::span<const Target> left(targets);
  const Cancel cancel{context, record, request, Clock::now() + context.shared.config.timeouts.connect};
  while (!left.empty() && !record.client_stream->is_broken()) {
    auto now = left.first(std::min(left.size(), targets_at_a_time));
    left = left.subspan(now.size());
    co_await send_to_all(cancel, now);
  }
}

}  // namespace otoroshi::gateway
