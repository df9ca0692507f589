#include "gateway/connection/connection_record.h"

#include "common/text/host_port.h"

namespace otoroshi::gateway {
namespace {

std::string to_text(const asio::ip::tcp::endpoint& endpoint) {
  if (endpoint.port() == 0) return {};
  return otoroshi::to_text(HostPort{endpoint.address().to_string(), endpoint.port()});
}

TunnelEvent to_event(const TunnelRecord& tunnel) {
  TunnelEvent event{tunnel.route->route->id, tunnel.route->route->name, {}, {}};
  if (tunnel.caller) {
    event.access = name_of(tunnel.caller->type);
    event.consumer = tunnel.caller->who;
  }
  return event;
}

}  // namespace

Ending ending_of(const ConnectionRecord& record, const std::optional<Error>& error) {
  if (!error) return Ending::normal;
  if (error->code == ErrorCode::shut_down || error->code == ErrorCode::revoked) return Ending::shut_down;
  if (!record.is_relaying()) return Ending::refused;
  return error->code == ErrorCode::timed_out ? Ending::timed_out : Ending::aborted;
}

TcpEvent to_event(const ConnectionRecord& record, const std::optional<Error>& error, std::uint64_t event_id) {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  auto now = Clock::now();
  TcpEvent event;
  event.id = event_id;
  event.request_id = record.id;
  event.timestamp = std::chrono::system_clock::now();
  event.service = record.service;
  if (record.tunnel) event.tunnel = to_event(*record.tunnel);
  event.client_tls = record.port->tls != nullptr;
  event.port = record.port->address.port;
  event.remote = to_text(record.remote);
  event.local = to_text(record.local);
  event.server_name = record.server_name;
  if (record.target) event.target = *record.target;
  event.target_address = to_text(record.target_address);
  event.client_certificate = record.client_certificate;
  event.data_in = record.progress.bytes_from_client;
  event.data_out = record.progress.bytes_from_target;
  event.duration = duration_cast<milliseconds>(now - record.accepted);
  event.overhead =
      duration_cast<milliseconds>((record.is_relaying() ? record.relaying : now) - record.accepted);
  event.ending = ending_of(record, error);
  event.error = error;
  return event;
}

}  // namespace otoroshi::gateway
