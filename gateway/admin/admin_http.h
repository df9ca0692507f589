// A request to the admin API and its answer, as values: what answers knows nothing of sockets, and what
// speaks HTTP (admin_server.h) knows nothing of entities. (pure)
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace otoroshi::gateway {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

struct AdminRequest {
  std::string method;         // "GET"
  std::string target;         // as it was sent, "/api/tcp/services?page=2": for sentences
  std::string path;           // without the query, percent-encoded as it was sent
  TextPairs query;            // decoded ("+" is a space), in order
  TextPairs headers;          // names in lower case
  std::string body;           // whole
  std::string remote;         // the client's IP address
  TextPairs path_parameters;  // decoded, by the pattern that matched: {"id", "tcp_service_1"}

  // The first value; nullopt: there is none.
  std::optional<std::string_view> header(std::string_view lower_case_name) const;
  std::optional<std::string_view> parameter(std::string_view name) const;  // of the query
  std::string_view path_parameter(std::string_view name) const;            // "": there is none
};

struct AdminResponse {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  TextPairs headers;  // besides Content-Type and Content-Length
};

// Runs on the control thread.
using AdminHandler = std::function<AdminResponse(AdminRequest)>;

}  // namespace otoroshi::gateway
