#include "gateway/events/tcp_event.h"

#include "common/json/writer.h"
#include "common/model/tcp_service_json.h"

namespace otoroshi::gateway {
namespace {

std::string_view protocol_of(bool tls) {
  return tls ? "Tcp/Tls" : "Tcp";
}

void add_text_or_null(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.text(text);
  }
}

// Otoroshi's Location; its `scheme` repeats the protocol and its `uri` is always empty for TCP.
void add_location(JsonWriter& json, std::string_view key, std::string_view host, bool tls) {
  json.key(key).begin_object();
  json.key("host").text(host);
  json.key("scheme").text(protocol_of(tls));
  json.key("uri").text("").end_object();
}

std::string wanted_host(const TcpEvent& event) {
  if (!event.tunnel && (!event.service || !event.service->sni.enabled)) return "*";
  if (event.server_name.empty()) return "no-sni";
  return event.server_name + ':' + std::to_string(event.port);
}

std::string target_host(const std::optional<Target>& target) {
  if (!target) return "--";
  auto ip = target->ip.empty() ? std::string() : '/' + target->ip;
  return target->host + ip + ':' + std::to_string(target->port);
}

// As Java writes a socket's address: a host name that was not looked for, "/", the address.
std::string java_address(const std::string& address) {
  return '/' + address;
}

void add_error(JsonWriter& json, const std::optional<Error>& error) {
  json.key("error");
  if (!error) {
    json.null();
    return;
  }
  json.begin_object();
  json.key("code").text(name_of(error->code));
  json.key("side").text(name_of(error->side));
  json.key("sentence").text(error->sentence).end_object();
}

void add_service(JsonWriter& json, const TcpEvent& event) {
  // Otoroshi names itself where it found no service.
  std::string_view id = "otoroshi";
  std::string_view name = "otoroshi";
  if (event.service) {
    id = event.service->id;
    name = event.service->name;
  } else if (event.tunnel) {
    id = event.tunnel->route_id;
    name = event.tunnel->route_name;
  }
  json.key("@serviceId").text(id);
  json.key("@service").text(name);
  json.key("service");
  if (event.service) {
    tcp_service_description().write(*event.service, json);
  } else {
    json.null();
  }
}

void add_tunnel(JsonWriter& json, const std::optional<TunnelEvent>& tunnel) {
  json.key("tunnel");
  if (!tunnel) {
    json.null();
    return;
  }
  json.begin_object();
  json.key("route").text(tunnel->route_id);
  add_text_or_null(json, "access", tunnel->access);
  add_text_or_null(json, "consumer", tunnel->consumer);
  json.end_object();
}

}  // namespace

std::string_view name_of(Ending ending) {
  switch (ending) {
    case Ending::normal:
      return "normal";
    case Ending::refused:
      return "refused";
    case Ending::aborted:
      return "aborted";
    case Ending::timed_out:
      return "timed_out";
    case Ending::shut_down:
      return "shut_down";
  }
  return "unknown";
}

std::string to_json(const TcpEvent& event) {
  using std::chrono::milliseconds;
  auto timestamp = std::chrono::duration_cast<milliseconds>(event.timestamp.time_since_epoch());

  JsonWriter json;
  json.begin_object();
  json.key("@type").text("TcpEvent");
  json.key("@id").text(std::to_string(event.id));
  json.key("@timestamp").number(timestamp.count());
  json.key("reqId").text(std::to_string(event.request_id));
  json.key("protocol").text(protocol_of(event.client_tls));
  json.key("port").number(event.port);
  add_location(json, "to", wanted_host(event), event.client_tls);
  add_location(json, "target", target_host(event.target), event.target && event.target->tls);
  json.key("remote").text(java_address(event.remote));
  json.key("local").text(java_address(event.local));
  json.key("duration").number(event.duration.count());
  json.key("overhead").number(event.overhead.count());
  json.key("data").begin_object();
  json.key("dataIn").number(event.data_in);
  json.key("dataOut").number(event.data_out).end_object();
  add_text_or_null(json, "gwError", event.error ? std::string_view(event.error->sentence) : "");
  add_service(json, event);
  add_text_or_null(json, "sni", event.server_name);
  add_text_or_null(json, "targetAddress", event.target_address);
  add_text_or_null(json, "clientCertificateSubject", event.client_certificate);
  add_tunnel(json, event.tunnel);
  json.key("ending").text(name_of(event.ending));
  add_error(json, event.error);
  json.end_object();
  return json.take();
}

std::string to_log_line(const TcpEvent& event) {
  auto line =
      std::string(name_of(event.ending)) + ' ' + event.remote + " on port " + std::to_string(event.port);
  if (event.service) line += ", " + described(*event.service);
  if (event.tunnel) line += ", tunnel of route '" + event.tunnel->route_id + "'";
  if (!event.error) return line;
  return line + ": " + event.error->sentence + " (" + std::string(name_of(event.error->side)) + ", " +
         std::string(name_of(event.error->code)) + ')';
}

}  // namespace otoroshi::gateway
