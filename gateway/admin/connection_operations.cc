#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include "common/json/writer.h"
#include "common/text/quoted.h"
#include "gateway/admin/admin_context.h"
#include "gateway/admin/answers.h"
#include "gateway/admin/list_query.h"
#include "gateway/admin/live_connections.h"

namespace otoroshi::gateway {
namespace {

// Bounds the memory of an answer; also what a page holds if nobody says.
constexpr std::size_t largest_page = 10'000;

void add_text_or_null(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.text(text);
  }
}

void add_service(JsonWriter& json, const TcpServicePtr& service) {
  json.key("service");
  if (!service) {
    json.null();
    return;
  }
  json.begin_object().key("id").text(service->id).key("name").text(service->name).end_object();
}

void add_tunnel(JsonWriter& json, const std::optional<TunnelEvent>& tunnel) {
  json.key("tunnel");
  if (!tunnel) {
    json.null();
    return;
  }
  json.begin_object().key("route").text(tunnel->route_id).key("name").text(tunnel->route_name);
  add_text_or_null(json, "access", tunnel->access);
  add_text_or_null(json, "consumer", tunnel->consumer);
  json.end_object();
}

void add_target(JsonWriter& json, const TcpEvent& event) {
  json.key("target");
  if (!event.target) {
    json.null();
    return;
  }
  json.begin_object();
  json.key("host").text(event.target->host).key("port").number(event.target->port);
  json.key("tls").boolean(event.target->tls);
  add_text_or_null(json, "address", event.target_address);
  json.end_object();
}

// Names as in events, where they are told.
void add_connection(JsonWriter& json, const LiveConnection& connection) {
  const auto& event = connection.so_far;
  const auto since = event.timestamp - event.duration;
  json.begin_object();
  json.key("id").text(std::to_string(event.request_id));  // JavaScript's numbers would round it
  json.key("since").number(
      std::chrono::duration_cast<std::chrono::milliseconds>(since.time_since_epoch()).count());
  json.key("duration").number(event.duration.count());
  json.key("phase").text(connection.phase);
  add_service(json, event.service);
  add_tunnel(json, event.tunnel);
  json.key("remote").text(event.remote);
  json.key("local").text(event.local);
  json.key("port").number(event.port);
  json.key("tls").boolean(event.client_tls);
  add_text_or_null(json, "sni", event.server_name);
  add_text_or_null(json, "clientCertificateSubject", event.client_certificate);
  add_target(json, event);
  json.key("dataIn").number(event.data_in).key("dataOut").number(event.data_out);
  json.end_object();
}

ConnectionFilter filter_of(const AdminRequest& request) {
  return {std::string(request.parameter("service").value_or("")),
          std::string(request.parameter("route").value_or(""))};
}

AdminResponse answer_list(AdminContext& context, const AdminRequest& request) {
  auto query = parse_list_query(request.query);
  if (!query) return problems_answer(400, "bad_format", query.error());
  query->page_size = std::min(query->page_size.value_or(largest_page), largest_page);
  const auto found =
      list_connections(context.workers, filter_of(request), query->offset(), *query->page_size);
  JsonWriter json;
  json.begin_list();
  for (const auto& connection : found.connections) add_connection(json, connection);
  auto answer = json_answer(200, json.end_list().take());
  answer.headers = page_headers(*query, found.count);
  return answer;
}

Error killed() {
  return {ErrorCode::shut_down, Side::gateway, "an operator closed the connection"};
}

AdminResponse answer_delete_one(AdminContext& context, const AdminRequest& request) {
  const auto text = request.path_parameter("id");
  std::uint64_t id = 0;
  const auto [end, failed] = std::from_chars(text.begin(), text.end(), id);
  const bool is_id = failed == std::errc() && end == text.end();
  if (!is_id || !close_connection(context.workers, id, killed()))
    return error_answer(404, "not_found", "no live connection has the id " + quoted(text));
  return json_answer(200, R"({"deleted":true})");
}

AdminResponse answer_delete_of(AdminContext& context, const AdminRequest& request) {
  const auto filter = filter_of(request);
  if (filter.service.empty() && filter.route.empty())
    return error_answer(400, "bad_request",
                        "say which connections to close: service=ID or route=ID in the query");
  JsonWriter json;
  json.begin_object().key("closed").number(close_connections(context.workers, filter, killed())).end_object();
  return json_answer(200, json.take());
}

}  // namespace

void add_connection_operations(AdminRoutes& routes, AdminContext& context) {
  const auto add = [&](std::string method, std::string path, std::string id, std::string summary,
                       std::vector<std::string> query, auto answer) {
    routes.add(
        {.method = std::move(method),
         .path = std::move(path),
         .answer = [&context, answer](const AdminRequest& request) { return answer(context, request); },
         .tag = "connections",
         .summary = std::move(summary),
         .id = std::move(id),
         .query = std::move(query)});
  };
  add("GET", "/api/tcp/connections", "listConnections", "Live connections, the oldest first",
      {"service", "route", "page", "pageSize"}, answer_list);
  add("DELETE", "/api/tcp/connections", "closeConnections", "Closes the connections of a service or a route",
      {"service", "route"}, answer_delete_of);
  add("DELETE", "/api/tcp/connections/:id", "closeConnection", "Closes one live connection", {},
      answer_delete_one);
}

}  // namespace otoroshi::gateway
