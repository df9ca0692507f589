// The table of the admin API's operations: method, path, who may ask, what answers, and what the OpenAPI
// document says of it. Every part of the API adds its operations; nothing is answered that is not in here.
// Control thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/admin/admin_http.h"

namespace otoroshi::gateway {

enum class Access : std::uint8_t {
  key,      // with the admin key
  metrics,  // with the admin key, unless metrics.open
  open,     // anybody
};

struct Operation {
  std::string method;
  std::string path;  // ":name" stands for one segment: "/api/tcp/services/:id"
  std::function<AdminResponse(const AdminRequest&)> answer;
  Access access = Access::key;

  // For the OpenAPI document.
  std::string tag;                      // "tcp-services", "health"
  std::string summary;                  // "Replaces a TCP service"
  std::string id = {};                  // operationId, unique: "replaceTcpService"
  std::vector<std::string> query = {};  // names of its parameters
  std::string request_schema = {};      // name of a schema among components; "": it takes no body
  std::string response_schema = {};     // "": some JSON
  std::string request_type = "application/json";
  std::string response_type = "application/json";
  int success = 200;

  std::size_t max_body = 4 * 1024 * 1024;  // a longer one is not read into memory, and the answer is 413
};

class AdminRoutes {
 public:
  void add(Operation operation);

  const std::vector<Operation>& operations() const { return operations_; }

  // The operation whose pattern the path matches (fixed segments before ":name"; "/apis/any/" stands for the
  // group that has the rest), with the parameters put into the request. null: none; `path_is_known` says
  // whether it is there with other methods.
  const Operation* find(AdminRequest& request, bool& path_is_known) const;

  // What the path can be asked with: "GET, PUT".
  std::string methods_of(std::string_view path) const;

 private:
  std::vector<Operation> operations_;
};

}  // namespace otoroshi::gateway
